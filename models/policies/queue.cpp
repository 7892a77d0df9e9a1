#include "models/policies/queue.hpp"

#include <string>

#include "sim/expects.hpp"

namespace rehearse {

void inspect(Reader& reader, const Node& node, const QueueSpec& spec) {
  const Node* const discipline = node.find("discipline");
  const std::string_view word = word_of(spec.discipline, discipline_words);
  if (discipline != nullptr && discipline->text != word) return;  // it was not understood
  if (spec.discipline == QueueDiscipline::codel) return;
  for (const char* key : {"target", "interval"}) {
    const Node* const said = node.find(key);
    if (said == nullptr) continue;
    reader.mistake(*said,
                   "a queue of discipline \"" + std::string(word) + "\" has no '" + key + "'",
                   std::string("'") + key + "' belongs to codel");
  }
}

Queue::Queue(const QueueSpec& spec) : discipline_(spec.discipline) {
  if (spec.discipline == QueueDiscipline::codel) codel_ = Codel(spec.codel);
  if (!spec.capacity) return;
  expects(*spec.capacity >= 0, "a queue has room for none, or for some");
  capacity_ = static_cast<std::uint32_t>(*spec.capacity);
}

}  // namespace rehearse
