#include "tests/end_to_end/program.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace rehearse::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* output_name = ".standard-output";
constexpr const char* errors_name = ".standard-error";

void redirect(const fs::path& file, int to) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::dup2(descriptor, to);
  ::close(descriptor);
}

[[noreturn]] void become(const fs::path& folder, const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  if (::chdir(folder.c_str()) != 0) ::_exit(127);
  ::close(STDIN_FILENO);
  redirect(folder / output_name, STDOUT_FILENO);
  redirect(folder / errors_name, STDERR_FILENO);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace

Workplace::Workplace() {
  std::string pattern = (fs::temp_directory_path() / "rehearse-XXXXXX").string();
  folder_ = ::mkdtemp(pattern.data());
}

Workplace::~Workplace() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::vector<std::string> Workplace::names() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    if (name != output_name && name != errors_name) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string Workplace::content(const std::string& name) const {
  std::ifstream file(folder_ / name, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

void Workplace::write(const std::string& name, const std::string& content) const {
  std::ofstream(folder_ / name, std::ios::binary) << content;
}

Finished Workplace::run(const std::vector<std::string>& words,
                        const std::function<void(int process)>& while_running) const {
  const pid_t process = ::fork();
  if (process == 0) become(folder_, words);
  if (while_running) while_running(process);
  int status = 0;
  rusage used{};
  ::wait4(process, &status, 0, &used);
  Finished finished;
  finished.peak_bytes = 1024.0 * static_cast<double>(used.ru_maxrss);
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.output = content(output_name);
  finished.errors = content(errors_name);
  return finished;
}

Finished Workplace::rehearse(std::vector<std::string> words,
                             const std::function<void(int process)>& while_running) const {
  words.insert(words.begin(), REHEARSE_BINARY);
  return run(words, while_running);
}

}  // namespace rehearse::testing
