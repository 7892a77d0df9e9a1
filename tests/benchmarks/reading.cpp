#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "calibrate/readers/reader.hpp"
#include "tests/benchmarks/bench.hpp"
#include "tests/benchmarks/recordings.hpp"

namespace rehearse::bench {
namespace {

constexpr std::uint64_t bytes_of_file = 200'000'000;
constexpr std::uint64_t bytes_of_short_file = 60'000'000;

constexpr int threads_of_reading = 2;

/// A new folder, which goes with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "rehearse_bench_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// What one reading of a recording counts.
enum class Counted { megabytes, spans };

std::vector<Row> read_rows(const std::string& name, const WriteRecording& write, Counted counted,
                           int runs) {
  const TemporaryFolder folder;
  const Recording recording = write((folder.path() / "recording").string(),
                                    runs == 1 ? bytes_of_short_file : bytes_of_file);
  ReadOptions options;
  options.threads = threads_of_reading;
  std::vector<double> rates;
  for (int i = 0; i < runs; ++i) {
    std::uint64_t spans = 0;
    const double seconds =
        seconds_of([&] { spans = read_spans({recording.path}, options).spans.size(); });
    if (spans != recording.spans) throw std::runtime_error(name + " did not read all spans");
    const bool megabytes = counted == Counted::megabytes;
    const double work = megabytes ? static_cast<double>(recording.bytes) * 1e-6
                                  : static_cast<double>(recording.spans);
    rates.push_back(work / seconds);
  }
  return {{name, median(rates), counted == Counted::megabytes ? "MB/s" : "spans/s", "", 0}};
}

Benchmark reading(const std::string& name, const WriteRecording& write, Counted counted) {
  return repeated(name, [=](int runs) { return read_rows(name, write, counted, runs); });
}

}  // namespace

std::vector<Benchmark> reading_benchmarks() {
  return {reading("read_otlp_json", write_otlp_json, Counted::megabytes),
          reading("read_jaeger_json", write_jaeger_json, Counted::megabytes),
          reading("read_otlp_protobuf", write_otlp_protobuf, Counted::spans)};
}

}  // namespace rehearse::bench
