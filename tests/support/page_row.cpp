#include "tests/support/page_row.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

namespace rehearse::testing {
namespace {

std::string row_of(const std::vector<std::string>& cells, std::size_t count) {
  std::string row = "|";
  for (std::size_t i = 0; i < count; ++i) row += " " + cells[i] + " |";
  return row;
}

}  // namespace

bool page_shows(const std::string& page, const std::vector<std::string>& cells, std::size_t keys) {
  const std::string path = std::string(REHEARSE_SOURCE_DIR) + "/" + page;
  std::stringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  std::string text = content.str();
  const std::size_t begin = text.find("\n" + row_of(cells, keys));
  if (begin == std::string::npos) {
    FAIL_CHECK(page << " has no row " << row_of(cells, keys));
    return false;
  }
  const std::size_t end = text.find('\n', begin + 1);
  const std::string shown = text.substr(begin + 1, end - begin - 1);
  const std::string made = row_of(cells, cells.size());
  if (shown == made) return true;
  if (std::getenv("REHEARSE_ACCEPT") != nullptr) {
    text.replace(begin + 1, end - begin - 1, made);
    std::ofstream(path, std::ios::binary) << text;
    return true;
  }
  UNSCOPED_INFO(page << " shows\n  " << shown << "\nand this test found\n  " << made
                     << "\nREHEARSE_ACCEPT=1 writes it there");
  return false;
}

std::string three_digits(double value) {
  const double size = std::fabs(value);
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2, value);
  return text;
}

}  // namespace rehearse::testing
