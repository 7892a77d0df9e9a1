#include "models/specs/experiment_spec.hpp"

#include <array>
#include <string_view>

#include "language/quantity_text.hpp"

namespace rehearse {

void read(Reader& reader, const Node& node, IntervalSpec& value, const OverValue&) {
  if (node.type == Node::Type::array) {
    if (!reader.expect_array(node, 2, 2)) return;
    const Duration unread = Duration::longest();
    value = {.kind = IntervalSpec::Kind::custom, .from = unread, .to = unread};
    read(reader, node.items[0], value.from, Extent{});
    read(reader, node.items[1], value.to, Extent{});
    if (value.from == unread || value.to == unread) {
      value = {};  // reported; what became of it is not judged again
      return;
    }
    if (value.to <= value.from) reader.mistake(node, "the interval is empty: [from, to]");
    return;
  }
  const auto word = read_word(reader, node, {"run", "fault", "after"});
  if (!word) return;
  constexpr std::array kinds{IntervalSpec::Kind::run, IntervalSpec::Kind::fault,
                             IntervalSpec::Kind::after};
  value.kind = kinds[*word];
}

Node written(const IntervalSpec& value, const OverValue&) {
  switch (value.kind) {
    case IntervalSpec::Kind::run:
      return Node::of_text("run");
    case IntervalSpec::Kind::fault:
      return Node::of_text("fault");
    case IntervalSpec::Kind::after:
      return Node::of_text("after");
    case IntervalSpec::Kind::custom:
      break;
  }
  Node array = Node::of_array();
  array.items = {written(value.from, Extent{}), written(value.to, Extent{})};
  return array;
}

SchemaNode schema(const IntervalSpec&, const OverValue&) {
  SchemaNode pair;
  pair.type = SchemaNode::Type::array;
  pair.items.push_back(schema(Duration(), Extent{}));
  SchemaNode node;
  node.type = SchemaNode::Type::any_of;
  node.alternatives = {schema_of_words({"run", "fault", "after"}), std::move(pair)};
  return node;
}

void read(Reader& reader, const Node& node, double& value, const AtLeast&) {
  const std::string must_be = "a least probability in quotes";
  const std::string hint = "write \">= 0.95\": the accepted risk is then 5 %";
  if (node.type != Node::Type::text || node.text.substr(0, 2) != ">=") {
    reader.wrong(node, must_be, hint);
    return;
  }
  std::string_view rest = std::string_view(node.text).substr(2);
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  const auto number = parse_number(rest);
  if (!number) {
    reader.wrong(node, must_be, hint);
    return;
  }
  // Certainty can be refuted but never shown, whatever the number of runs.
  if (!(*number > 0) || !(*number < 1)) {
    reader.wrong(
        node, "a probability above 0 and below 1",
        *number == 1 ? "no number of runs shows certainty; \">= 0.999\" can be shown" : "");
    return;
  }
  value = *number;
}

Node written(double value, const AtLeast&) {
  return Node::of_text(">= " + number_text(value));
}

SchemaNode schema(double, const AtLeast&) {
  return schema_of_text("least probability", "^>= *0?\\.[0-9]+$");
}

}  // namespace rehearse
