#include "calibrate/readers/zip_members.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

using namespace std::string_view_literals;

// As .ZIP Application Note 6.3 of PKWARE has them; numbers stand with the lowest byte first.
constexpr std::string_view beginning_of_member = "PK\x03\x04"sv;
constexpr std::string_view beginning_of_entry = "PK\x01\x02"sv;
constexpr std::string_view beginning_of_end = "PK\x05\x06"sv;
constexpr std::size_t bytes_of_member = 30;
constexpr std::size_t bytes_of_entry = 46;
constexpr std::size_t bytes_of_end = 22;
constexpr std::string_view beginning_of_locator = "PK\x06\x07"sv;  // of the 64-bit kind
constexpr std::size_t bytes_of_locator = 20;
constexpr std::size_t longest_comment = 0xFFFF;
constexpr std::uint64_t count_in_64_bits = 0xFFFF;
constexpr std::uint64_t in_64_bits = 0xFFFFFFFF;

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = size; i > 0; --i) {
    number = number << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  }
  return number;
}

bool is_passed_by(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  const std::string_view file = slash == std::string_view::npos ? name : name.substr(slash + 1);
  return file.empty() || file == ".DS_Store" || name.starts_with("__MACOSX/");
}

}  // namespace

ZipMembers::ZipMembers(std::FILE* file, const std::string& path) : file_(file), path_(path) {
  if (::fseeko(file_, 0, SEEK_END) != 0) refuse("cannot be read from its end");
  file_bytes_ = static_cast<std::uint64_t>(::ftello(file_));
  find_directory();
}

void ZipMembers::refuse(const std::string& why) const {
  throw InvalidInput(fmt::format("{}: {}", path_, why));
}

std::string ZipMembers::bytes_at(std::uint64_t offset, std::size_t size) const {
  std::string bytes(size, '\0');
  if (offset > file_bytes_ || size > file_bytes_ - offset ||
      ::fseeko(file_, static_cast<::off_t>(offset), SEEK_SET) != 0 ||
      std::fread(bytes.data(), 1, size, file_) != size) {
    refuse(fmt::format("damaged ZIP archive: it ends before byte {}", offset + size));
  }
  return bytes;
}

/// The end of an archive says where its directory is; a comment may stand behind it.
void ZipMembers::find_directory() {
  const auto size = static_cast<std::size_t>(
      std::min<std::uint64_t>(file_bytes_, bytes_of_locator + bytes_of_end + longest_comment));
  const std::string tail = bytes_at(file_bytes_ - size, size);
  const auto ends_here = [&](std::size_t at) {
    return at + bytes_of_end <= size && at + bytes_of_end + number_at(tail, at + 20, 2) <= size;
  };
  std::size_t at = tail.rfind(beginning_of_end);
  while (at != std::string::npos && !ends_here(at)) {
    at = at == 0 ? std::string::npos : tail.rfind(beginning_of_end, at - 1);
  }
  if (at == std::string::npos) {
    refuse("damaged ZIP archive: it has no directory at its end; it may have been cut short");
  }
  const std::string_view end = std::string_view(tail).substr(at);
  left_ = number_at(end, 10, 2);
  const std::uint64_t directory_bytes = number_at(end, 12, 4);
  next_ = number_at(end, 16, 4);
  // Of so many members there may be just so many.
  const bool counted_elsewhere =
      left_ == count_in_64_bits && at >= bytes_of_locator &&
      std::string_view(tail).substr(at - bytes_of_locator).starts_with(beginning_of_locator);
  if (counted_elsewhere || directory_bytes == in_64_bits || next_ == in_64_bits) {
    refuse("a ZIP archive of the 64-bit kind, which is not read: unpack it, and give its files");
  }
  if (number_at(end, 4, 2) != 0 || number_at(end, 6, 2) != 0 || number_at(end, 8, 2) != left_) {
    refuse("one of several parts of a ZIP archive: unpack them, and give the files");
  }
  end_ = next_ + directory_bytes;
  if (end_ > file_bytes_ - size + at) {
    refuse("damaged ZIP archive: its directory is longer than the file");
  }
}

std::optional<ZipMember> ZipMembers::next() {
  while (left_ > 0) {
    --left_;
    if (next_ > end_ || end_ - next_ < bytes_of_entry) {
      refuse("damaged ZIP archive: its directory ends within an entry");
    }
    const std::string header = bytes_at(next_, bytes_of_entry);
    if (!header.starts_with(beginning_of_entry)) {
      refuse(fmt::format("damaged ZIP archive: byte {} begins no entry of its directory", next_));
    }
    ZipMember member = member_of(header);
    next_ += bytes_of_entry + number_at(header, 28, 2) + number_at(header, 30, 2) +
             number_at(header, 32, 2);
    if (is_passed_by(member.name)) continue;
    const std::string shown = visible_name(member.name);
    const std::uint64_t method = number_at(header, 10, 2);
    constexpr std::uint64_t stored = 0;
    constexpr std::uint64_t deflated = 8;
    if ((number_at(header, 8, 2) & 1) != 0) {
      refuse(fmt::format("{} in it is encrypted: unpack it, and give its files", shown));
    }
    if (method != stored && method != deflated) {
      refuse(
          fmt::format("{} in it is compressed by method {}; only deflate is read: unpack it, and "
                      "give its files",
                      shown, method));
    }
    member.deflated = method == deflated;
    const std::string local = bytes_at(member.offset, bytes_of_member);
    member.offset += bytes_of_member + number_at(local, 26, 2) + number_at(local, 28, 2);
    if (!local.starts_with(beginning_of_member) || member.offset > file_bytes_ ||
        member.compressed_bytes > file_bytes_ - member.offset ||
        (!member.deflated && member.bytes != member.compressed_bytes)) {
      refuse(fmt::format("damaged ZIP archive: {} is not where its directory says", shown));
    }
    return member;
  }
  return std::nullopt;
}

ZipMember ZipMembers::member_of(const std::string& header) {
  ZipMember member;
  member.name = bytes_at(next_ + bytes_of_entry, number_at(header, 28, 2));
  member.checksum = static_cast<std::uint32_t>(number_at(header, 16, 4));
  member.compressed_bytes = number_at(header, 20, 4);
  member.bytes = number_at(header, 24, 4);
  member.offset = number_at(header, 42, 4);
  if (member.compressed_bytes == in_64_bits || member.bytes == in_64_bits ||
      member.offset == in_64_bits) {
    refuse("a ZIP archive of the 64-bit kind, which is not read: unpack it, and give its files");
  }
  return member;
}

}  // namespace rehearse
