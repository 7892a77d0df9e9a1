#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

/// Galleries: folders of broken files, each with what is said of it beside it.
namespace rehearse::testing {

class Gallery {
 public:
  /// By its name below tests/errors.
  explicit Gallery(const std::string& name);

  std::filesystem::path file(const std::string& name) const { return folder_ / name; }

  /// What reading a file throws as InvalidInput, the place of the gallery taken out; "nothing\n".
  std::string complaint(const std::function<void()>& read) const;

  /// Checks that each of them, `least` or more, gets exactly the words of NAME.expected. With
  /// REHEARSE_ACCEPT in the environment it writes these. What begins with "sound" is there to be
  /// used by the others.
  void check(std::size_t least,
             const std::function<void(const std::filesystem::path&)>& read) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace rehearse::testing
