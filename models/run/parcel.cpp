#include "models/run/parcel.hpp"

namespace rehearse {

void Parcel::clear() {
  attempts.clear();
  answers.clear();
  cancellations.clear();
  released.clear();
}

}  // namespace rehearse
