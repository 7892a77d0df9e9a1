#include "models/specs/model_spec.hpp"

#include <fmt/format.h>

namespace rehearse {

std::string service_name_complaint(std::string_view name) {
  if (name.empty()) return "a name is empty";
  if (name.find('/') != std::string_view::npos) {
    return fmt::format("the name '{}' holds a slash, which separates service and operation", name);
  }
  return "";
}

}  // namespace rehearse
