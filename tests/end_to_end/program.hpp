#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

/// Runs the program as users do.
namespace rehearse::testing {

struct Finished {
  int exit_code = -1;  // 128 + n when signal n ended it
  std::string output;
  std::string errors;
  double peak_bytes = 0;  // the most memory that was resident
};

/// An empty folder in which programs run; gone with this.
class Workplace {
 public:
  Workplace();
  ~Workplace();
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  bool has(const std::string& name) const { return std::filesystem::exists(folder_ / name); }
  std::vector<std::string> names() const;
  std::string content(const std::string& name) const;
  void write(const std::string& name, const std::string& content) const;

  /// Runs `words` here with standard input closed. `while_running` gets the process once.
  Finished run(const std::vector<std::string>& words,
               const std::function<void(int process)>& while_running = {}) const;
  /// Runs rehearse.
  Finished rehearse(std::vector<std::string> words,
                    const std::function<void(int process)>& while_running = {}) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace rehearse::testing
