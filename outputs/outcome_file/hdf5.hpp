#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rehearse {

/// The values of one dataset, the last axis fastest.
using Hdf5Values =
    std::variant<std::vector<double>, std::vector<float>, std::vector<std::uint64_t>,
                 std::vector<std::uint32_t>, std::vector<std::uint8_t>, std::vector<std::string>>;

using Hdf5Attribute = std::variant<std::string, std::uint64_t, double>;

/// An HDF5 file that grows in memory and never touches the disk: only its finished image does (see
/// `write_atomically`), because HDF5 1.10 can leave a file behind that opens and lies when the disk
/// fills up. The same calls give the same bytes. Throws InputOutputError when HDF5 refuses.
class Hdf5Image {
 public:
  Hdf5Image();
  ~Hdf5Image();
  Hdf5Image(const Hdf5Image&) = delete;
  Hdf5Image& operator=(const Hdf5Image&) = delete;

  /// Attaches to the group or dataset at `path`; "/" is the root. Text is UTF-8.
  void set_attribute(const std::string& path, const std::string& name, const Hdf5Attribute& value);

  /// Adds a dataset, and the groups on the way to it. An empty shape is a scalar. Large ones are
  /// chunked along the first axis, shuffled and compressed. Expects as many values as `shape`
  /// holds.
  void add(const std::string& path, const std::vector<std::uint64_t>& shape,
           const Hdf5Values& values);

  /// The bytes of the file.
  std::string bytes();

 private:
  struct Handle;
  std::unique_ptr<Handle> file_;
};

/// An HDF5 file that is read. Belongs to one thread. Damaged files can make HDF5 1.10 crash, hang
/// or ask for all memory: who reads what others wrote does it in a process of its own.
class Hdf5File {
 public:
  /// Throws InvalidInput when there is none.
  explicit Hdf5File(const std::string& path);
  ~Hdf5File();
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  /// Whether a group or dataset is there.
  bool holds(const std::string& path) const;

  struct Dataset {
    std::vector<std::uint64_t> shape;
    Hdf5Values values;  // as many as the shape holds
  };
  /// Throws InputOutputError when it is not there, or of a type that Hdf5Values has not.
  Dataset dataset(const std::string& path) const;

  /// Nothing when it is not there.
  std::optional<Hdf5Attribute> attribute(const std::string& path, const std::string& name) const;

 private:
  struct Handle;
  std::unique_ptr<Handle> file_;
};

/// What a dataset or group of a file says about itself.
struct Hdf5Entry {
  std::string path;
  bool is_group = false;
  std::vector<std::uint64_t> shape;
  std::string type;  // as h5py names it: "float64", "uint8", "text"
  std::map<std::string, Hdf5Attribute> attributes;
};

/// Lists an HDF5 file, sorted by path; the root is first. Throws InvalidInput when it is none.
std::vector<Hdf5Entry> list_hdf5(const std::string& path);

}  // namespace rehearse
