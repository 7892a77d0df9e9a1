#pragma once

#include <string>

namespace rehearse {

/// docs/language.md: the reference of both kinds of files, made from the table that the parser
/// uses.
std::string language_page();

}  // namespace rehearse
