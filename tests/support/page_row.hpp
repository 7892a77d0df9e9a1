#pragma once

#include <string>
#include <vector>

/// Figures that a page under docs/ shows and a test makes.
namespace rehearse::testing {

/// Whether the page (a path from the top of the sources) has this row of a Markdown table. The row
/// is found by its first `keys` cells. With REHEARSE_ACCEPT=1 in the environment, what the page has
/// there is replaced first. A page without such a row fails the running test.
bool page_shows(const std::string& page, const std::vector<std::string>& cells, std::size_t keys);

/// Three significant digits, without an exponent.
std::string three_digits(double value);

}  // namespace rehearse::testing
