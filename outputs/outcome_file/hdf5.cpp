#include "outputs/outcome_file/hdf5.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <new>
#include <type_traits>
#include <utility>

#include "sim/error.hpp"
#include "sim/expects.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t worth_compressing = 4096;  // bytes
constexpr std::size_t chunk_bytes = 1 << 18;     // small enough that a reader's cache holds some
constexpr unsigned compression_level = 4;
constexpr std::size_t most_elements = std::size_t{1} << 32;  // that are read
constexpr std::size_t longest_text = std::size_t{64} << 20;  // that is read

/// Owns one HDF5 identifier of any kind.
class Identifier {
 public:
  explicit Identifier(hid_t value) : value_(value) {
    if (value_ < 0) throw InputOutputError("HDF5 refused an operation");
  }
  ~Identifier() {
    if (value_ >= 0) H5Idec_ref(value_);
  }
  Identifier(const Identifier&) = delete;
  Identifier& operator=(const Identifier&) = delete;
  operator hid_t() const { return value_; }

 private:
  hid_t value_;
};

void require(herr_t result, const char* action) {
  if (result < 0) throw InputOutputError(fmt::format("HDF5 could not {}", action));
}

/// HDF5's clean-up at exit completes half-written files, and its error stack prints: neither may
/// happen here. Both are settings of the library, so saying them again does no harm.
void prepare_library() {
  H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

hid_t text_type() {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

template <class Number>
hid_t type_of() {
  if constexpr (std::is_same_v<Number, double>) return H5Tcopy(H5T_IEEE_F64LE);
  if constexpr (std::is_same_v<Number, float>) return H5Tcopy(H5T_IEEE_F32LE);
  if constexpr (std::is_same_v<Number, std::uint64_t>) return H5Tcopy(H5T_STD_U64LE);
  if constexpr (std::is_same_v<Number, std::uint32_t>) return H5Tcopy(H5T_STD_U32LE);
  if constexpr (std::is_same_v<Number, std::uint8_t>) return H5Tcopy(H5T_STD_U8LE);
  if constexpr (std::is_same_v<Number, std::string>) return text_type();
}

hid_t space_of(const std::vector<std::uint64_t>& shape) {
  if (shape.empty()) return H5Screate(H5S_SCALAR);
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  return H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
}

std::size_t elements_in(const std::vector<std::uint64_t>& shape) {
  std::size_t product = 1;
  for (const std::uint64_t size : shape) product *= size;
  return product;
}

/// As many whole rows of the first axis as fit into a chunk; a row too long for one is cut along
/// the next axis, and so on.
std::vector<hsize_t> chunks_for(const std::vector<std::uint64_t>& shape, std::size_t element_size) {
  std::vector<hsize_t> chunk(shape.begin(), shape.end());
  std::size_t bytes = elements_in(shape) * element_size;
  for (std::size_t axis = 0; axis < chunk.size() && bytes > chunk_bytes; ++axis) {
    const std::size_t row = bytes / chunk[axis];
    chunk[axis] = std::max<std::size_t>(1, chunk_bytes / std::max<std::size_t>(1, row));
    bytes = row * chunk[axis];
  }
  return chunk;
}

void store(hid_t dataset, hid_t type, const void* data) {
  require(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), "write a dataset");
}

template <class Number>
void store(hid_t dataset, hid_t type, const std::vector<Number>& values) {
  if (values.empty()) return;
  if constexpr (std::is_same_v<Number, std::string>) {
    std::vector<const char*> pointers;
    for (const std::string& value : values) pointers.push_back(value.c_str());
    store(dataset, type, pointers.data());
  } else {
    store(dataset, type, values.data());
  }
}

/// Without it equal contents would differ in the time they were written.
void forget_times(hid_t properties) {
  require(H5Pset_obj_track_times(properties, false), "set a property");
}

template <class Number>
void add_dataset(hid_t file, const std::string& path, const std::vector<std::uint64_t>& shape,
                 const std::vector<Number>& values) {
  expects(values.size() == elements_in(shape), "a dataset has as many values as its shape holds");
  const Identifier type(type_of<Number>());
  const Identifier space(space_of(shape));
  const Identifier creation(H5Pcreate(H5P_DATASET_CREATE));
  const Identifier link(H5Pcreate(H5P_LINK_CREATE));
  forget_times(creation);
  require(H5Pset_create_intermediate_group(link, 1), "set a property");
  const std::size_t bytes = values.size() * sizeof(Number);
  if (!shape.empty() && bytes >= worth_compressing) {
    const auto chunk = chunks_for(shape, sizeof(Number));
    require(H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), "chunk");
    require(H5Pset_shuffle(creation), "shuffle");
    require(H5Pset_deflate(creation, compression_level), "compress");
  }
  const Identifier dataset(
      H5Dcreate2(file, path.c_str(), type, space, link, creation, H5P_DEFAULT));
  store(dataset, type, values);
}

void write_attribute(hid_t object, const std::string& name, hid_t type, const void* data) {
  const Identifier space(H5Screate(H5S_SCALAR));
  const Identifier attribute(
      H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT));
  require(H5Awrite(attribute, type, data), "write an attribute");
}

template <class Value>
Value read_number(hid_t attribute, hid_t type) {
  Value value{};
  require(H5Aread(attribute, type, &value), "read an attribute");
  return value;
}

std::string read_text(hid_t attribute, hid_t stored) {
  if (H5Tis_variable_str(stored) > 0) {
    const Identifier type(text_type());
    char* text = nullptr;
    require(H5Aread(attribute, type, &text), "read an attribute");
    std::string result = text == nullptr ? "" : text;
    H5free_memory(text);
    return result;
  }
  const std::size_t size = H5Tget_size(stored);
  if (size > longest_text) throw InputOutputError("a text is longer than any that is written");
  std::string result(size, '\0');
  require(H5Aread(attribute, stored, result.data()), "read an attribute");
  return std::string(result.c_str());
}

/// Exceptions must not cross HDF5's C frames: only names are collected in there.
herr_t collect_name(std::vector<std::string>& names, const char* name) {
  try {
    names.emplace_back(name);
    return 0;
  } catch (...) {
    return -1;
  }
}

herr_t visit_attribute(hid_t, const char* name, const H5A_info_t*, void* names) {
  return collect_name(*static_cast<std::vector<std::string>*>(names), name);
}

herr_t visit_object(hid_t, const char* name, const H5O_info_t*, void* names) {
  return collect_name(*static_cast<std::vector<std::string>*>(names), name);
}

std::map<std::string, Hdf5Attribute> read_attributes(hid_t object) {
  std::vector<std::string> names;
  hsize_t position = 0;
  require(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &position, visit_attribute, &names),
          "read attributes");
  std::map<std::string, Hdf5Attribute> attributes;
  for (const std::string& name : names) {
    const Identifier attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT));
    const Identifier type(H5Aget_type(attribute));
    const Identifier space(H5Aget_space(attribute));
    if (H5Sget_simple_extent_npoints(space) != 1) continue;
    if (H5Tget_class(type) == H5T_STRING) {
      attributes[name] = read_text(attribute, type);
    } else if (H5Tget_class(type) == H5T_INTEGER) {
      attributes[name] = read_number<std::uint64_t>(attribute, H5T_NATIVE_UINT64);
    } else if (H5Tget_class(type) == H5T_FLOAT) {
      attributes[name] = read_number<double>(attribute, H5T_NATIVE_DOUBLE);
    }
  }
  return attributes;
}

std::string type_name(hid_t dataset) {
  const Identifier type(H5Dget_type(dataset));
  const std::size_t bits = 8 * H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_STRING:
      return "text";
    case H5T_FLOAT:
      return fmt::format("float{}", bits);
    case H5T_INTEGER:
      return fmt::format("{}int{}", H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "", bits);
    default:
      return "other";
  }
}

std::vector<std::uint64_t> shape_of(hid_t dataset) {
  const Identifier space(H5Dget_space(dataset));
  const int axes = H5Sget_simple_extent_ndims(space);
  if (axes < 0) throw InputOutputError("HDF5 could not read a shape");
  std::vector<hsize_t> sizes(static_cast<std::size_t>(axes));
  H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
  return {sizes.begin(), sizes.end()};
}

template <class Number>
std::vector<Number> read_values(hid_t dataset, std::size_t count) {
  const Identifier type(type_of<Number>());
  std::vector<Number> values;
  if constexpr (std::is_same_v<Number, std::string>) {
    std::vector<char*> texts(count, nullptr);
    require(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data()), "read a dataset");
    for (const char* text : texts) values.emplace_back(text == nullptr ? "" : text);
    const Identifier space(H5Dget_space(dataset));
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts.data());
  } else {
    values.resize(count);
    require(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "read a dataset");
  }
  return values;
}

/// The alternative of Hdf5Values that a stored type is read as.
Hdf5Values read_values(hid_t dataset, std::size_t count, hid_t stored) {
  const std::size_t size = H5Tget_size(stored);
  const bool is_unsigned =
      H5Tget_class(stored) == H5T_INTEGER && H5Tget_sign(stored) == H5T_SGN_NONE;
  if (H5Tis_variable_str(stored) > 0) return read_values<std::string>(dataset, count);
  if (H5Tget_class(stored) == H5T_FLOAT && size == 8) return read_values<double>(dataset, count);
  if (H5Tget_class(stored) == H5T_FLOAT && size == 4) return read_values<float>(dataset, count);
  if (is_unsigned && size == 8) return read_values<std::uint64_t>(dataset, count);
  if (is_unsigned && size == 4) return read_values<std::uint32_t>(dataset, count);
  if (is_unsigned && size == 1) return read_values<std::uint8_t>(dataset, count);
  throw InputOutputError("a dataset is of a type that is never written");
}

Hdf5Entry describe(hid_t object, const std::string& path) {
  Hdf5Entry entry;
  entry.path = path;
  entry.is_group = H5Iget_type(object) != H5I_DATASET;
  if (!entry.is_group) {
    entry.type = type_name(object);
    entry.shape = shape_of(object);
  }
  entry.attributes = read_attributes(object);
  return entry;
}

std::vector<Hdf5Entry> entries_of(hid_t file) {
  std::vector<std::string> names;
  require(H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, visit_object, &names, H5O_INFO_BASIC),
          "list the file");
  std::vector<Hdf5Entry> entries;
  for (const std::string& name : names) {
    const Identifier object(H5Oopen(file, name.c_str(), H5P_DEFAULT));
    entries.push_back(describe(object, name == "." ? "/" : "/" + name));
  }
  std::sort(entries.begin(), entries.end(),
            [](const Hdf5Entry& a, const Hdf5Entry& b) { return a.path < b.path; });
  return entries;
}

hid_t opened(const std::string& path) {
  prepare_library();
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file < 0) {
    throw InvalidInput(fmt::format("{}: this is not a readable HDF5 file", visible_line(path)));
  }
  return file;
}

}  // namespace

struct Hdf5Image::Handle {
  explicit Handle(hid_t value) : file(value) {}
  Identifier file;
};

Hdf5Image::Hdf5Image() {
  prepare_library();
  constexpr std::size_t growth = 1 << 22;
  const Identifier access(H5Pcreate(H5P_FILE_ACCESS));
  require(H5Pset_fapl_core(access, growth, false), "work in memory");
  const Identifier creation(H5Pcreate(H5P_FILE_CREATE));
  forget_times(creation);
  file_ = std::make_unique<Handle>(H5Fcreate("rehearse", H5F_ACC_TRUNC, creation, access));
}

Hdf5Image::~Hdf5Image() = default;

void Hdf5Image::set_attribute(const std::string& path, const std::string& name,
                              const Hdf5Attribute& value) {
  const Identifier object(H5Oopen(file_->file, path.c_str(), H5P_DEFAULT));
  if (const auto* text = std::get_if<std::string>(&value)) {
    const Identifier type(text_type());
    const char* start = text->c_str();
    write_attribute(object, name, type, static_cast<const void*>(&start));
  } else if (const auto* number = std::get_if<std::uint64_t>(&value)) {
    write_attribute(object, name, H5T_STD_U64LE, number);
  } else {
    write_attribute(object, name, H5T_IEEE_F64LE, &std::get<double>(value));
  }
}

void Hdf5Image::add(const std::string& path, const std::vector<std::uint64_t>& shape,
                    const Hdf5Values& values) {
  std::visit([&](const auto& numbers) { add_dataset(file_->file, path, shape, numbers); }, values);
}

std::string Hdf5Image::bytes() {
  require(H5Fflush(file_->file, H5F_SCOPE_GLOBAL), "finish the file");
  const ssize_t size = H5Fget_file_image(file_->file, nullptr, 0);
  if (size < 0) throw InputOutputError("HDF5 could not finish the file");
  std::string image(static_cast<std::size_t>(size), '\0');
  if (H5Fget_file_image(file_->file, image.data(), image.size()) < 0) {
    throw InputOutputError("HDF5 could not finish the file");
  }
  return image;
}

struct Hdf5File::Handle {
  explicit Handle(hid_t value) : file(value) {}
  Identifier file;
};

Hdf5File::Hdf5File(const std::string& path) : file_(std::make_unique<Handle>(opened(path))) {}

Hdf5File::~Hdf5File() = default;

/// HDF5 asks for each link on the way.
bool Hdf5File::holds(const std::string& path) const {
  for (std::size_t end = path.find('/', 1); end != std::string::npos;
       end = path.find('/', end + 1)) {
    if (H5Lexists(file_->file, path.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
  }
  return H5Lexists(file_->file, path.c_str(), H5P_DEFAULT) > 0;
}

Hdf5File::Dataset Hdf5File::dataset(const std::string& path) const {
  const Identifier dataset(H5Dopen2(file_->file, path.c_str(), H5P_DEFAULT));
  const Identifier stored(H5Dget_type(dataset));
  std::vector<std::uint64_t> shape = shape_of(dataset);
  std::size_t count = 1;
  for (const std::uint64_t size : shape) {
    if (__builtin_mul_overflow(count, size, &count) || count > most_elements) {
      throw InputOutputError("a dataset is larger than any that is written");
    }
  }
  return {std::move(shape), read_values(dataset, count, stored)};
}

std::optional<Hdf5Attribute> Hdf5File::attribute(const std::string& path,
                                                 const std::string& name) const {
  const Identifier object(H5Oopen(file_->file, path.c_str(), H5P_DEFAULT));
  const auto attributes = read_attributes(object);
  const auto found = attributes.find(name);
  return found == attributes.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Hdf5Entry> list_hdf5(const std::string& path) {
  const Identifier file(opened(path));
  try {
    return entries_of(file);
  } catch (const InputOutputError& error) {
    throw InvalidInput(
        fmt::format("{}: the file is damaged: {}", visible_line(path), error.what()));
  } catch (const std::bad_alloc&) {
    throw InvalidInput(
        fmt::format("{}: the file is damaged: it asks for too much memory", visible_line(path)));
  }
}

}  // namespace rehearse
