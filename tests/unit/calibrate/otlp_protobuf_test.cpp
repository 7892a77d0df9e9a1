#include <algorithm>

#include <protozero/pbf_reader.hpp>

#include "calibrate/readers/protobuf_framing.hpp"
#include "sim/error.hpp"
#include "sim/random/random_stream.hpp"
#include "tests/unit/calibrate/otlp_support.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::behind_four_bytes;
using test::behind_varint;
using test::field_of;
using test::OtlpResource;
using test::OtlpSpan;
using test::protobuf_of;
using test::read_text;

using Resources = std::vector<OtlpResource>;

/// Spans of some processes, with attributes of all types and meanings.
Resources some_traffic(std::size_t resources = 40) {
  RandomStream luck(ReplicationSeed{7}.key(), 0, 0);
  Resources traffic(resources);
  for (std::size_t i = 0; i < resources; ++i) {
    const std::string service = "service-" + std::to_string(luck.below(5));
    traffic[i].attributes = {{"service.name", service},
                             {"service.version", 1.5},
                             {"host.name", "host-" + std::to_string(luck.below(3))},
                             {"process.pid", static_cast<std::int64_t>(luck.below(1000))},
                             {"cloud.availability_zone", "z"}};
    const std::uint64_t spans = luck.below(9);
    for (std::uint64_t j = 0; j < spans; ++j) {
      OtlpSpan span;
      span.trace = 0xA000'0000'0000'0000 + luck.below(20);
      span.id = 0x9000'0000'0000'0001 + i * 100 + j;
      span.parent = j == 0 ? 0 : span.id - 1;
      span.name = "GET /carts/" + std::to_string(luck.below(500));
      span.kind = static_cast<int>(luck.below(6));
      span.start = 1'700'000'000'000'000'000 + luck.below(1'000'000'000);
      span.end = span.start + luck.below(1'000'000);
      span.failed = luck.below(4) == 0;
      if (luck.below(3) == 0) span.trace_state = "ot=th:8";
      span.attributes = {
          {"http.response.status_code", std::int64_t{luck.below(2) == 0 ? 200 : 503}},
          {"error", luck.below(5) == 0},
          {"http.route", std::string("/carts/{cart}")},
          {"SampleRate", 4.0},
          {"server.address", "peer-" + std::to_string(luck.below(3))}};
      if (luck.below(2) == 0) span.attributes.erase(span.attributes.begin() + 2);
      traffic[i].spans.push_back(span);
    }
  }
  return traffic;
}

std::string as_json(const Resources& traffic) {
  std::string list;
  for (const OtlpResource& one : traffic) list += (list.empty() ? "" : ",") + json_of(one);
  return R"({"resourceSpans":[)" + list + "]}";
}

std::string as_message(const Resources& traffic) {
  std::string message;
  for (const OtlpResource& one : traffic) message += field_of(1, protobuf_of(one));
  return message;
}

/// Messages of three resources each.
std::string as_messages(const Resources& traffic, std::string (*framed)(const std::string&)) {
  std::string messages;
  for (std::size_t from = 0; from < traffic.size(); from += 3) {
    const std::size_t to = std::min(from + 3, traffic.size());
    messages += framed(as_message({traffic.begin() + static_cast<std::ptrdiff_t>(from),
                                   traffic.begin() + static_cast<std::ptrdiff_t>(to)}));
  }
  return messages;
}

std::string as_it_is(const std::string& message) {
  return message;
}

void check_same(const SpanSet& set, const SpanSet& expected) {
  CHECK(set.spans == expected.spans);
  CHECK(set.counts == expected.counts);
  REQUIRE(set.names.size() == expected.names.size());
  for (NameId name = 0; name < set.names.size(); ++name) {
    CHECK(set.names.text(name) == expected.names.text(name));
  }
}

/// One span of a service "s", with an id.
OtlpResource one_span(std::uint64_t id) {
  OtlpSpan span;
  span.trace = 1;
  span.id = id;
  span.name = "n";
  span.start = 5;
  span.end = 9;
  return {{{"service.name", std::string("s")}}, {span}};
}

std::string message_of(std::uint64_t id) {
  return as_message({one_span(id)});
}

/// `resource_spans` of a service "s" whose spans are these.
std::string with_spans(const std::vector<std::string>& spans) {
  std::string scope;
  for (const std::string& span : spans) scope += field_of(2, span);
  return field_of(1, field_of(1, field_of(1, protobuf_of("service.name", std::string("s")))) +
                         field_of(2, scope));
}

}  // namespace

TEST_CASE("the same traffic is the same spans as OTLP in JSON and in protobuf", "[calibrate]") {
  const Resources traffic = some_traffic();
  const SpanSet expected = read_text(as_json(traffic));
  REQUIRE(expected.spans.size() > 100);

  check_same(read_text(as_message(traffic)), expected);
  check_same(read_text(as_messages(traffic, behind_varint)), expected);
  check_same(read_text(as_messages(traffic, behind_four_bytes)), expected);
  check_same(read_text(as_messages(traffic, as_it_is)), expected);
  check_same(read_text(behind_four_bytes("") + as_messages(traffic, behind_four_bytes)), expected);
  ReadOptions options;
  options.format = TraceFormat::otlp;
  check_same(read_text(as_messages(traffic, behind_four_bytes), options), expected);
}

TEST_CASE("a message of OTLP written by hand is read to the bit", "[calibrate]") {
  const std::string span(
      "\x0A\x10\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F\x10"  // trace
      "\x12\x08\x11\x12\x13\x14\x15\x16\x17\x18"                                  // span
      "\x22\x08\xFF\xEE\xDD\xCC\xBB\xAA\x99\x88"                                  // parent
      "\x2A\x03pay\x30\x02"                                                       // name, kind
      "\x39\x00\xCA\x9A\x3B\x00\x00\x00\x00"                                      // 1 s
      "\x41\x40\x0C\xAA\x3B\x00\x00\x00\x00"                                      // 1.001 s
      "\x7A\x02\x18\x02",                                                         // status
      18 + 10 + 10 + 5 + 2 + 9 + 9 + 4);
  const std::string resource("\x0A\x16\x0A\x0Cservice.name\x12\x06\x0A\x04till", 24);
  const std::string scope = std::string("\x12") + static_cast<char>(span.size()) + span;
  const std::string spans =
      std::string("\x0A\x18") + resource + "\x12" + static_cast<char>(scope.size()) + scope;
  const std::string message = std::string("\x0A") + static_cast<char>(spans.size()) + spans;

  const SpanSet set = read_text(message);

  REQUIRE(set.spans.size() == 1);
  const Span& read = set.spans[0];
  CHECK(read.trace == TraceId{0x0102030405060708, 0x090A0B0C0D0E0F10});
  CHECK(read.id == 0x1112131415161718);
  CHECK(read.parent == 0xFFEEDDCCBBAA9988);
  CHECK(set.names.text(read.operation) == "pay");
  CHECK(set.names.text(read.service) == "till");
  CHECK(read.kind == SpanKind::server);
  CHECK(read.start == 1'000'000'000);
  CHECK(read.end == 1'001'000'000);
  CHECK(read.error);
}

TEST_CASE("older names, unknown fields and any order of fields are read in protobuf",
          "[calibrate]") {
  const SpanSet expected = read_text(message_of(3));
  const OtlpResource resource = one_span(3);
  const std::string described = field_of(1, field_of(1, protobuf_of("service.name", "s")));
  const std::string scope = field_of(2, field_of(2, protobuf_of(resource.spans[0])));
  std::string unknown = field_of(77, "more");
  protozero::pbf_writer writer(unknown);
  writer.add_uint64(78, 1'000'000);
  writer.add_fixed32(79, 1);
  writer.add_fixed64(80, 1);

  check_same(read_text(field_of(1, protobuf_of(resource, 1000))), expected);
  check_same(read_text(field_of(1, scope + described)), expected);
  check_same(read_text(field_of(1, described + unknown + scope + unknown) + unknown), expected);
  check_same(read_text(behind_four_bytes(message_of(3) + unknown)), expected);
}

TEST_CASE("no text is ever taken for OTLP in protobuf", "[calibrate]") {
  const std::string table = "trace,span,service,operation,start_ns,end_ns\n1,1,a,x,1,2\n";
  CHECK(read_text("\n" + table).spans.size() == 1);
  CHECK(read_text(std::string(10, '\n') + table).spans.size() == 1);

  // Letters that could be tags or lengths, and line ends, in any order.
  const std::string letters = "\n\n\n\n\r\t\t\t ,01AB\xC2\x9F>~";
  RandomStream luck(ReplicationSeed{19}.key(), 0, 0);
  int taken = 0;
  for (int trial = 0; trial < 100'000; ++trial) {
    std::string text;
    for (int i = 0; i < 60; ++i) text += letters[luck.below(letters.size())];
    taken += otlp_framing_of(text).has_value();
  }
  CHECK(taken == 0);
}

TEST_CASE("what begins as protobuf ends, and is looked at for a bounded time", "[calibrate]") {
  const std::string longest_varint(9, '\xFF');
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string(70'000, '\0'), std::string(70'000, '\n'),
        "\n" + longest_varint + "\x01\x1A" + longest_varint + "\x01",
        "\n" + longest_varint + "\x01\x1A\xF0" + longest_varint.substr(1) + "\x01"}) {
    CHECK_FALSE(otlp_framing_of(text));
  }
  CHECK(otlp_framing_of(message_of(1)) == ProtobufFraming::alone);
  CHECK(otlp_framing_of(behind_varint(message_of(1))) == ProtobufFraming::behind_varint);
  CHECK(otlp_framing_of(behind_four_bytes(message_of(1))) == ProtobufFraming::behind_four_bytes);
  CHECK(otlp_framing_of(behind_four_bytes("") + behind_four_bytes(message_of(1))) ==
        ProtobufFraming::behind_four_bytes);
}

TEST_CASE("the answer of Tempo's second interface is read as the first one's is", "[calibrate]") {
  const SpanSet expected = read_text(as_json(some_traffic()));
  const std::string trace = as_message(some_traffic());
  const std::string metrics = field_of(2, field_of(1, "any"));
  const std::string status("\x18\x00", 2);

  check_same(read_text(trace), expected);
  check_same(read_text(field_of(1, trace)), expected);
  check_same(read_text(field_of(1, trace) + metrics + status + field_of(4, "partial")), expected);
  check_same(read_text(metrics + field_of(1, trace)), expected);
  check_same(read_text(field_of(1, message_of(1)) + metrics + field_of(1, message_of(2))),
             read_text(message_of(1) + message_of(2)));
}

TEST_CASE("an answer that Tempo calls partial is kept, and told of", "[calibrate]") {
  const SpanSet set = read_text(field_of(1, message_of(1)) + std::string("\x18\x01", 2));

  CHECK(set.spans.size() == 1);
  CHECK_THAT(set.counts.first_left_out.why, Catch::Contains("its answer is partial"));
}

TEST_CASE("an answer of Tempo that was cut keeps what came before, and tells where",
          "[calibrate]") {
  const std::string whole = field_of(1, message_of(1)) + field_of(2, "metrics");

  const SpanSet set = read_text(whole.substr(0, whole.size() - 1));

  CHECK(set.spans.size() == 1);
  CHECK(set.counts.unusable_elements == 1);
  CHECK_THAT(set.counts.first_left_out.why, Catch::Contains("the file ends within"));
  CHECK_THROWS_AS(read_text(field_of(1, message_of(1)).substr(0, 20)), InvalidInput);
}

TEST_CASE("a message cut short is left out, and those before it are kept", "[calibrate]") {
  auto* const framed = GENERATE(&as_it_is, &behind_varint, &behind_four_bytes);
  const std::string one = framed(message_of(1));
  const std::string two = framed(message_of(2));

  for (std::size_t size = 1; size < two.size(); ++size) {
    INFO(size);
    const SpanSet set = read_text(one + two.substr(0, size));
    CHECK(set.spans.size() == 1);
    CHECK(set.counts.unusable_elements == 1);
    CHECK(set.counts.first_left_out.byte >= one.size());
    CHECK(set.counts.first_left_out.byte <= one.size() + size);
    CHECK_THAT(set.counts.first_left_out.why, Catch::Contains("the file ends within"));
  }
  for (std::size_t size = 1; size < one.size(); ++size) {
    CHECK_THROWS_AS(read_text(one.substr(0, size)), InvalidInput);
  }
  CHECK_THROWS_WITH(read_text(one.substr(0, one.size() - 1)),
                    Catch::Contains("byte ") && Catch::Contains("the file ends within a message"));
}

TEST_CASE("a damaged message costs nothing of those beside it", "[calibrate]") {
  auto* const framed = GENERATE(&behind_varint, &behind_four_bytes);
  const std::string one = framed(message_of(1));
  const std::string damaged = GENERATE(
      std::string("\x0B\x01"),                                      // a group
      std::string("\x07"),                                          // a type that is none
      std::string("\x02\x00", 2),                                   // a field of number zero
      std::string("\x0A\x50\x12"),                                  // longer than its message
      std::string("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"),  // 2^64 - 1 bytes
      std::string("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"),  // a length that never ends
      std::string("\x08\x05"),                                      // a number
      std::string("\x0A\x03\x12\x50\x12", 5),                       // spans of a wrong length
      std::string("\x0A\x02\x12\x01", 4));

  const SpanSet set = read_text(one + framed(damaged) + framed(message_of(2)));

  CHECK(set.spans.size() == 2);
  CHECK(set.counts.unusable_elements == 1);
  CHECK(set.counts.first_left_out.byte > one.size());
  CHECK(set.counts.first_left_out.byte <= one.size() + framed(damaged).size());
  CHECK_THAT(set.counts.first_left_out.why, Catch::Contains("not valid protobuf"));
}

TEST_CASE("absurd lengths of messages end the file, and cost no memory", "[calibrate]") {
  const std::string good = message_of(1);

  const SpanSet four = read_text(behind_four_bytes(good) + "\xFF\xFF\xFF\xFF" + good);
  CHECK(four.spans.size() == 2);  // as far as it goes, the message is one
  CHECK(four.counts.unusable_elements == 1);

  const SpanSet varint =
      read_text(behind_varint(good) + "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01" + good);
  CHECK(varint.spans.size() == 1);
  CHECK(varint.counts.unusable_elements == 1);
  CHECK(varint.counts.first_left_out.byte == behind_varint(good).size());

  const SpanSet alone = read_text(good + "\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F" + good);
  CHECK(alone.spans.size() == 1);
  CHECK(alone.counts.unusable_elements == 1);
}

TEST_CASE("an element of protobuf beyond its limit is left out, and told", "[calibrate]") {
  OtlpResource large = one_span(2);
  large.spans[0].name = std::string(5000, 'x');
  const std::string messages =
      behind_four_bytes(message_of(1)) + behind_four_bytes(as_message({large, one_span(3)}));
  ReadOptions options;
  options.scanner_limits.element_bytes = 4000;

  const SpanSet set = read_text(messages, options);

  CHECK(set.spans.size() == 2);
  CHECK(set.counts.unusable_elements == 1);
  CHECK_THAT(set.counts.first_left_out.why, Catch::Contains("longer than 4000 bytes"));
  CHECK(read_text(messages).spans.size() == 3);
}

TEST_CASE("elements of protobuf are cut wherever the buffer ends", "[calibrate]") {
  Resources traffic;
  for (std::uint64_t id = 1; id <= 4000; ++id) {
    traffic.push_back(one_span(id));
    traffic.back().attributes.emplace_back("note", std::string(id % 400, 'x'));
  }
  traffic.push_back(one_span(5000));
  traffic.back().attributes.emplace_back("note", std::string(1 << 20, 'x'));
  const std::string message = as_message(traffic);
  REQUIRE(message.size() > (std::size_t{1} << 20));

  CHECK(read_text(message).spans.size() == 4001);
  CHECK(read_text(as_messages(traffic, behind_four_bytes)).spans.size() == 4001);
}

TEST_CASE("a value of a wrong type costs that value, or the span whose id or time it was",
          "[calibrate]") {
  const std::string good = protobuf_of(one_span(1).spans[0]);
  const auto changed = [&](unsigned number) {
    // What comes first is not said; what comes last counts.
    std::string span;
    protozero::pbf_reader fields(good);
    while (fields.next()) {
      const char* const from = fields.data().data();
      const std::uint32_t tag = fields.tag_and_type();
      const bool replaced = fields.tag() == number;
      fields.skip();
      std::string field;
      protozero::add_varint_to_buffer(&field, tag);
      field.append(from, fields.data().data());
      if (!replaced) span += field;
    }
    protozero::pbf_writer(span).add_fixed32(number, 1);
    return span;
  };
  const std::string other = protobuf_of(one_span(2).spans[0]);

  for (const unsigned number : {1U, 2U, 5U, 7U, 8U, 15U}) {
    INFO(number);
    const std::string file = with_spans({changed(number), other});

    const SpanSet set = read_text(file);

    const bool kept = number == 5 || number == 15;
    CHECK(set.spans.size() == (kept ? 2 : 1));
    CHECK(set.counts.unreadable_values == 1);
    CHECK(set.counts.without_id == (number <= 2 ? 1 : 0));
    CHECK(set.counts.with_bad_times == (number == 7 || number == 8 ? 1 : 0));
    const std::string span = changed(number);
    CHECK(set.counts.first_left_out.byte == file.find(span) + span.size() - 4);
  }
}

TEST_CASE("one damaged span or attribute costs nothing of those beside it", "[calibrate]") {
  const std::string good = protobuf_of(one_span(1).spans[0]);
  const std::string other = protobuf_of(one_span(2).spans[0]);
  const std::string cut = good + "\x2A\x50name";
  const std::string bad_attribute = good + field_of(9, "\x0A\x50key");
  const std::string bad_value = good + field_of(9, field_of(1, "error") + field_of(2, "\x10"));

  const SpanSet spans = read_text(with_spans({cut, other}));
  CHECK(spans.spans.size() == 1);
  CHECK(spans.counts.unusable_elements == 1);
  CHECK(spans.counts.first_left_out.byte == with_spans({cut, other}).find(cut));

  for (const std::string& span : {bad_attribute, bad_value}) {
    const SpanSet values = read_text(with_spans({span, other}));
    CHECK(values.spans.size() == 2);
    CHECK(values.counts.unreadable_values == 1);
    CHECK(values.counts.unusable_elements == 0);
    CHECK_FALSE(values.spans[0].error);
  }
}

TEST_CASE("ids in protobuf that are too long are none, shorter ones are numbers", "[calibrate]") {
  const auto with_ids = [](const std::string& trace, const std::string& id,
                           const std::string& parent) {
    std::string span;
    protozero::pbf_writer writer(span);
    writer.add_bytes(1, trace);
    writer.add_bytes(2, id);
    writer.add_bytes(4, parent);
    writer.add_fixed64(7, 1);
    writer.add_fixed64(8, 2);
    return span;
  };
  const std::string nine(9, '\x01');
  const std::string seventeen(17, '\x01');

  const SpanSet set = read_text(with_spans(
      {with_ids(std::string("\x00\x00\x00\x00\x00\x00\x00\x07", 8), "\x05", ""),
       with_ids("\x07", "\x06", nine), with_ids(seventeen, "\x01", ""), with_ids("\x07", nine, ""),
       with_ids(std::string(16, '\0'), "\x01", ""), with_ids("", "", "")}));

  REQUIRE(set.spans.size() == 2);
  CHECK(set.counts.without_id == 4);
  CHECK(set.spans[0].trace == TraceId{0, 7});
  CHECK(set.spans[0].id == 5);
  CHECK(set.spans[1].parent == unreadable_id);
}

TEST_CASE("metrics in protobuf are no traces", "[calibrate]") {
  std::string metric = field_of(1, "http.server.request.duration") + field_of(2, "how long") +
                       field_of(3, "s") + field_of(9, field_of(1, std::string(30, '\x11')));
  const std::string metrics = with_spans({metric, metric});

  CHECK_THROWS_WITH(read_text(behind_four_bytes(metrics)), Catch::Contains("no usable span"));
}

TEST_CASE("whatever bytes of protobuf are changed, nothing but a diagnostic comes of it",
          "[calibrate]") {
  auto* const framed = GENERATE(&as_it_is, &behind_varint, &behind_four_bytes);
  const std::string whole = as_messages(some_traffic(7), framed);
  RandomStream luck(ReplicationSeed{23}.key(), 0, 0);

  int read = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    std::string changed = whole;
    const std::uint64_t changes = 1 + luck.below(4);
    for (std::uint64_t i = 0; i < changes; ++i) {
      changed[luck.below(changed.size())] = static_cast<char>(luck.below(256));
    }
    if (luck.below(4) == 0) changed.resize(luck.below(changed.size()) + 1);
    try {
      read += !read_text(changed).spans.empty();
    } catch (const InvalidInput& mistake) {
      CHECK_FALSE(std::string(mistake.what()).empty());
    }
  }
  CHECK(read > 500);
}

}  // namespace rehearse
