#include "outputs/text/json_writer.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "sim/expects.hpp"

namespace rehearse {

TEST_CASE("JSON is written in the order of the calls", "[outputs]") {
  JsonWriter json;
  json.begin_object().member("z", 1).key("a").begin_array().value(0.1).null().value(true);
  json.end_array().key("empty").begin_object().end_object().end_object();

  CHECK(json.text() ==
        "{\n  \"z\": 1,\n  \"a\": [\n    0.1,\n    null,\n    true\n  ],\n  \"empty\": {}\n}\n");
}

TEST_CASE("what JSON cannot say becomes null or a replacement character", "[outputs]") {
  JsonWriter json;
  json.begin_array();
  json.value(std::numeric_limits<double>::quiet_NaN());
  json.value(std::numeric_limits<double>::infinity());
  json.value("quote \" line\n \xff");
  json.end_array();

  CHECK(json.text() == "[\n  null,\n  null,\n  \"quote \\\" line\\n \xEF\xBF\xBD\"\n]\n");
}

TEST_CASE("malformed JSON is a bug", "[outputs]") {
  CHECK_THROWS_AS(JsonWriter().begin_object().end_array(), ContractViolation);
  CHECK_THROWS_AS(JsonWriter().begin_array().key("a"), ContractViolation);
  CHECK_THROWS_AS(JsonWriter().begin_array().text(), ContractViolation);
}

}  // namespace rehearse
