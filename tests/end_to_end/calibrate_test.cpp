#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

#include "tests/end_to_end/small_scenarios.hpp"

namespace rehearse {
namespace {

using testing::Finished;
using testing::Workplace;

constexpr const char* mapping = R"(trace = "t"
span = "s"
parent = "p"
instance = "pod"
operation = "op"
start_ms = "from"
duration_ms = "took"
parent_none = ["none"]
instance_suffix_parts = 2
)";

/// A hundred requests, ten a second; each spends 30 ms in the shop, 20 of them in the stock.
std::string table_of_spans() {
  std::string table = "t,s,p,pod,op,from,took\n";
  for (int i = 0; i < 100; ++i) {
    const std::string trace = std::to_string(i + 1);
    const int start = 1'000'000 + 100 * i;
    table += trace + ",1,none,shop-5f-a,GET /," + std::to_string(start) + ",30\n";
    table += trace + ",2,1,stock-7c-b,Take," + std::to_string(start + 5) + ",20\n";
  }
  return table;
}

void prepare(const Workplace& place) {
  place.write("spans.csv", table_of_spans());
  place.write("mapping.toml", mapping);
}

/// The rate of the first workload of a model, per second.
double rate_in(const std::string& model) {
  std::smatch match;
  const std::regex pattern("rate = \"([0-9.]+)/s\"");
  return std::regex_search(model, match, pattern) ? std::stod(match[1].str()) : 0;
}

}  // namespace

TEST_CASE("a table of spans becomes a model that runs", "[end_to_end]") {
  const Workplace place;
  prepare(place);
  const Finished learned = place.rehearse(
      {"calibrate", "spans.csv", "--columns", "mapping.toml", "-o", "shop.model.toml"});
  place.write("calm.toml",
              "rehearse = 1\n[scenario]\nname = \"calm\"\nmodel = \"shop.model.toml\"\n"
              "duration = \"60s\"\nreplications = 4\n");

  const Finished run = place.rehearse({"run", "calm.toml", "--json", "-"});

  CHECK(learned.exit_code == 0);
  CHECK_THAT(learned.output, Catch::Contains("Spans read: 200, used: 200, in 100 traces"));
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.output, Catch::Contains("\"shop/GET /\": {") &&
                             Catch::Contains("\"stock/Take\": {") &&
                             Catch::Contains("\"control\": null"));
}

TEST_CASE("a model without -o goes to standard output, its account beside it", "[end_to_end]") {
  const Workplace place;
  prepare(place);

  const Finished learned = place.rehearse({"calibrate", "spans.csv", "--columns", "mapping.toml"});

  CHECK_THAT(learned.output, Catch::Contains("rehearse_model = 1"));
  CHECK_THAT(learned.errors, Catch::Contains("Spans read: 200"));
}

TEST_CASE("anonymised models name nobody", "[end_to_end]") {
  const Workplace place;
  prepare(place);

  const Finished learned = place.rehearse({"calibrate", "spans.csv", "--columns", "mapping.toml",
                                           "--anonymise", "--sampling-percent", "50"});

  CHECK(learned.exit_code == 0);
  for (const char* name : {"shop", "stock", "GET", "Take", "spans.csv"}) {
    CHECK_THAT(learned.output + learned.errors, !Catch::Contains(name));
  }
}

TEST_CASE("unsampled requests are added to the rate", "[end_to_end]") {
  const Workplace place;
  prepare(place);
  const std::vector<std::string> words = {"calibrate", "spans.csv", "--columns", "mapping.toml"};
  std::vector<std::string> sampled = words;
  sampled.insert(sampled.end(), {"--sampling-percent", "10"});

  // The adjusted counts are kept in single precision.
  constexpr double precision = 1e-6;
  CHECK(rate_in(place.rehearse(words).output) == Approx(10).epsilon(precision));
  CHECK(rate_in(place.rehearse(sampled).output) == Approx(100).epsilon(precision));
}

TEST_CASE("no more spans are kept than asked for, and the rate stays right", "[end_to_end]") {
  const Workplace place;
  prepare(place);
  const std::vector<std::string> words = {"calibrate", "spans.csv", "--columns", "mapping.toml"};
  const auto with_sample = [&](const std::string& size) {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"--sample", size});
    return place.rehearse(all);
  };
  const Finished sampled = with_sample("0.1k");

  CHECK(sampled.exit_code == 0);
  CHECK_THAT(sampled.errors, Catch::Contains("Kept 1 trace in 2, at random") &&
                                 Catch::Contains("more than 100 spans (--sample)"));
  // Of a hundred traces each is kept or not: five standard errors.
  CHECK(rate_in(sampled.output) == Approx(10).epsilon(0.5));
  CHECK_THAT(with_sample("200").errors, !Catch::Contains("at random"));
  for (const char* wrong : {"0", "-1", "1.5", "2G", "M", "3000M", "nan", "1e400"}) {
    const Finished refused = with_sample(wrong);
    INFO(wrong);
    CHECK(refused.exit_code == 104);
    CHECK_THAT(refused.errors, Catch::Contains("expected a number of spans up to 2000M"));
  }
}

TEST_CASE("mistakes of a column mapping are reported together", "[end_to_end]") {
  const Workplace place;
  place.write("bad.toml",
              "trace = \"t\"\nspann = \"s\"\noperation = 0\nstart_ns = \"a\"\n"
              "start_ms = \"b\"\ndelimiter = \";;\"\nservice_from_instance = \"((\"\n");

  const Finished refused = place.rehearse({"calibrate", "a.csv", "--columns", "bad.toml"});

  CHECK(refused.exit_code == 104);
  for (const char* sentence :
       {"'span' is missing",
        "exactly one of start_ns, start_us, start_ms and start_s must be given",
        "exactly one of end_ns", "one of service, instance and resource_attributes must be given",
        "bad.toml:2:1: error: unknown key 'spann'",
        "bad.toml:3:13: error: 'operation' must be the name of a column",
        "'delimiter' must be one character",
        "bad.toml:7:25: error: 'service_from_instance' is no regular expression (RE2): missing "
        ")"}) {
    CHECK_THAT(refused.errors, Catch::Contains(sentence));
  }
}

TEST_CASE("a shipped mapping is chosen by its name, and a slip is answered with all names",
          "[end_to_end]") {
  const Workplace place;
  place.write("traces.tsv",
              "Timestamp\tTraceId\tSpanId\tParentSpanId\tServiceName\tSpanName\tDuration\n"
              "2024-01-02 03:04:05.000000001\ta1\t1\t\tfront\tGET /\t5000000\n");

  const Finished learned =
      place.rehearse({"calibrate", "traces.tsv", "--columns", "clickhouse-otel"});
  const Finished refused =
      place.rehearse({"calibrate", "traces.tsv", "--columns", "clickhouse-otl"});
  const Finished of_others = place.rehearse({"calibrate", "traces.tsv", "--columns", "honeycomb"});

  CHECK_THAT(learned.output, Catch::Contains("[services.front]"));
  CHECK(refused.exit_code == 104);
  CHECK_THAT(refused.errors,
             Catch::Contains("--columns clickhouse-otl: neither a file nor one of clickhouse-otel, "
                             "honeycomb, azure-data-explorer, nezha, alibaba-2021, alibaba-2022") &&
                 Catch::Contains("did you mean 'clickhouse-otel'?"));
  CHECK(of_others.exit_code == 104);
  CHECK_THAT(of_others.errors, Catch::Contains("no column trace.trace_id"));
}

TEST_CASE("the mapping of columns was once described nowhere", "[end_to_end]") {
  const Workplace place;
  std::ifstream file(REHEARSE_SOURCE_DIR "/docs/columns.md");
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::string opening = "```toml\n";
  const std::size_t begin = page.find(opening) + opening.size();
  place.write("mapping.toml", page.substr(begin, page.find("```", begin) - begin));
  place.write("unknown.toml", "not_a_key = 1\n");
  place.write("spans.csv",
              "TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano\n"
              "1,2,root,front-5f-a,GET /,1000,2000\n");

  const Finished learned = place.rehearse({"calibrate", "spans.csv", "--columns", "mapping.toml"});
  const Finished refused = place.rehearse({"calibrate", "spans.csv", "--columns", "unknown.toml"});

  CHECK_THAT(learned.output, Catch::Contains("[services.front]"));
  const std::string hint = refused.errors.substr(refused.errors.find("hint: the keys here are"));
  const std::regex key("'([a-z_]+)'");
  std::size_t keys = 0;
  for (std::sregex_iterator at(hint.begin(), hint.end(), key), end; at != end; ++at, ++keys) {
    CHECK_THAT(page, Catch::Contains("`" + (*at)[1].str() + "`"));
  }
  CHECK(keys >= 20);
}

TEST_CASE("load beyond the recording is not taken for harmless", "[end_to_end]") {
  const Workplace place;
  prepare(place);
  REQUIRE(place
              .rehearse({"calibrate", "spans.csv", "--columns", "mapping.toml", "-o",
                         "learned.model.toml"})
              .exit_code == 0);
  const std::string calm =
      "rehearse = 1\n[scenario]\nname = \"more\"\nmodel = \"learned.model.toml\"\n"
      "duration = \"20s\"\nreplications = 4\n";
  place.write("calm.toml", calm);
  place.write("spike.toml", calm +
                                "[[faults]]\nname = \"spike\"\nkind = \"load_spike\"\n"
                                "target = { workload = \"users\" }\nat = \"5s\"\n"
                                "duration = \"5s\"\nfactor = 2\n");
  place.write("set.toml", calm + "[set]\n\"workloads.users.arrivals.poisson.rate\" = \"40/s\"\n");
  const std::string warning = "harm may be understated";

  CHECK_THAT(place.rehearse({"run", "calm.toml"}).output, !Catch::Contains(warning));
  CHECK_THAT(place.rehearse({"run", "spike.toml"}).output, Catch::Contains(warning));
  CHECK_THAT(place.rehearse({"run", "set.toml"}).output, Catch::Contains(warning));
}

TEST_CASE("calibrate once wrote models that inspect refused", "[end_to_end]") {
  const Workplace place;
  place.write("spans.csv",
              "trace,span,service,operation,start_ns,end_ns\n1,1,a,x,10,20\n2,1,a,x,11,20\n");

  const Finished learned = place.rehearse(
      {"calibrate", "spans.csv", "--sampling-percent", "0.001", "-o", "fast.model.toml"});

  CHECK(learned.exit_code == 0);
  CHECK_THAT(learned.output, Catch::Contains("which tells no rate"));
  CHECK(place.rehearse({"inspect", "fast.model.toml"}).exit_code == 0);
}

TEST_CASE("calibrate once overwrote a model that was corrected by hand", "[end_to_end]") {
  const Workplace place;
  prepare(place);
  const std::vector<std::string> words = {"calibrate",    "spans.csv", "--columns",
                                          "mapping.toml", "-o",        "shop.model.toml"};
  std::vector<std::string> forced = words;
  forced.push_back("--force");
  REQUIRE(place.rehearse(words).exit_code == 0);
  const std::string learned = place.content("shop.model.toml");
  std::string corrected = learned;
  const std::string unlimited = "workers = \"unlimited\"";
  corrected.replace(corrected.find(unlimited, corrected.find("[services.stock]")), unlimited.size(),
                    "workers = 3");
  std::string extended = corrected;
  extended.replace(extended.find("workers = 3"), 11, "workers = 3\nqueue.capacity = 7");

  const Finished again = place.rehearse(words);
  place.write("shop.model.toml", corrected);
  const Finished recalibrated = place.rehearse(words);
  const std::string kept = place.content("shop.model.toml");
  place.write("shop.model.toml", extended);
  const Finished refused = place.rehearse(words);
  const std::string untouched = place.content("shop.model.toml");
  const Finished overwritten = place.rehearse(forced);

  CHECK(again.exit_code == 0);
  CHECK_THAT(again.output, Catch::Contains("Against the model that was there: No difference."));
  CHECK(recalibrated.exit_code == 0);
  CHECK_THAT(recalibrated.output,
             Catch::Contains("Given by a person, and kept:\n  services.stock.workers = 3\n") &&
                 Catch::Contains("evidence of services.stock.workers: assumed -> given"));
  CHECK_THAT(kept, Catch::Contains("workers = 3") &&
                       Catch::Contains("\"services.stock.workers\" = { basis = \"given\""));
  CHECK(refused.exit_code == 104);
  CHECK_THAT(refused.errors, Catch::Contains("says what no calibration wrote") &&
                                 Catch::Contains("services.stock.queue.capacity: 7") &&
                                 Catch::Contains("--force overwrites it"));
  CHECK(untouched == extended);
  CHECK(overwritten.exit_code == 0);
  CHECK(place.content("shop.model.toml") == kept);
}

TEST_CASE("nothing passes on a given value that the recording contradicts", "[end_to_end]") {
  const Workplace place;
  prepare(place);
  std::string table = "t,s,p,pod,op,from,took\n";
  for (int i = 0; i < 100; ++i) {
    // Two at a time, of which the later one is done first.
    const int start = 1'000'000 + 100 * (i / 2) + i % 2;
    table += std::to_string(i + 1) + ",1,none,shop-5f-a,GET /," + std::to_string(start) + "," +
             (i % 2 == 0 ? "30" : "10") + "\n";
  }
  place.write("crossing.csv", table);
  const std::vector<std::string> words = {"calibrate",    "crossing.csv", "--columns",
                                          "mapping.toml", "-o",           "shop.model.toml"};
  REQUIRE(place.rehearse(words).exit_code == 0);
  std::string edited = place.content("shop.model.toml");
  const std::string unlimited = "workers = \"unlimited\"";
  edited.replace(edited.find(unlimited), unlimited.size(), "workers = 1");
  edited += "\"services.gone.workers\" = { basis = \"given\" }\n";
  place.write("shop.model.toml", edited);
  const Finished learned = place.rehearse(words);
  place.write("calm.toml",
              "rehearse = 1\n[scenario]\nname = \"calm\"\nmodel = \"shop.model.toml\"\n"
              "duration = \"20s\"\nreplications = 100\n[[objectives]]\nname = \"answers\"\n"
              "expect = \"error_ratio < 0.5\"\n");
  const std::string contradicted =
      "given workers = 1 at shop: the recording contradicts it, 2 at work at once";

  const Finished run = place.rehearse({"run", "calm.toml", "-o", "calm.h5"});
  const Finished inspected = place.rehearse({"inspect", "calm.h5"});
  const Finished drawn = place.rehearse({"inspect", "shop.model.toml"});
  const std::string model = place.content("shop.model.toml");
  std::string corrected = model;
  corrected.replace(corrected.find("workers = 1"), 11, "workers = 2");
  place.write("shop.model.toml", corrected);
  const Finished better = place.rehearse({"run", "calm.toml"});

  CHECK(learned.exit_code == 0);
  CHECK_THAT(learned.output, Catch::Contains("warning: " + contradicted) &&
                                 Catch::Contains("warning: given services.gone.workers is no"));
  CHECK_THAT(model, Catch::Contains("contradicted = ") && Catch::Contains("2 at work at once"));
  CHECK(run.exit_code == 2);
  CHECK_THAT(run.errors, Catch::Contains("warning: " + contradicted));
  CHECK_THAT(run.output, Catch::Contains("it is met only if what was given is true"));
  CHECK_THAT(inspected.output, Catch::Contains("it is met only if what was given is true"));
  CHECK_THAT(drawn.output, Catch::Contains("given workers: in place of"));
  CHECK(better.exit_code == 0);
}

TEST_CASE("calibrate does not take another file for a model of its own", "[end_to_end]") {
  const Workplace place;
  prepare(place);
  place.write("notes.txt", "remember the milk\n");

  const Finished refused =
      place.rehearse({"calibrate", "spans.csv", "--columns", "mapping.toml", "-o", "notes.txt"});

  CHECK(refused.exit_code == 104);
  CHECK_THAT(refused.errors, Catch::Contains("is no model that could be compared"));
  CHECK(place.content("notes.txt") == "remember the milk\n");
}

TEST_CASE("what a person gives is not taken for assumed", "[end_to_end]") {
  const Workplace place;
  prepare(place);
  std::string model =
      place.rehearse({"calibrate", "spans.csv", "--columns", "mapping.toml"}).output;
  for (std::size_t at;
       (at = model.find("workers\" = { basis = \"assumed\"")) != std::string::npos;) {
    model.replace(model.find("assumed", at), 7, "given");
  }
  place.write("given.model.toml", model);
  place.write("more.toml",
              "rehearse = 1\n[scenario]\nname = \"more\"\nmodel = \"given.model.toml\"\n"
              "duration = \"20s\"\nreplications = 4\n"
              "[set]\n\"workloads.users.arrivals.poisson.rate\" = \"40/s\"\n");

  const Finished run = place.rehearse({"run", "more.toml"});

  CHECK(run.exit_code == 0);
  CHECK_THAT(run.output, !Catch::Contains("how many workers"));
}

TEST_CASE("many workloads without answers were once as many warnings", "[end_to_end]") {
  const Workplace place;
  std::string model =
      "rehearse_model = 1\n[services.a]\n[[services.a.endpoints.x.behaviours]]\n"
      "steps = [{ work = { constant = \"1h\" } }]\n";
  for (int i = 0; i < 100; ++i) {
    model += "[workloads.w" + std::to_string(i) +
             "]\narrivals = { poisson = { rate = \"9/s\" } }\nmix = { \"a/x\" = 1 }\n";
  }
  place.write("slow.model.toml", model);
  place.write("slow.toml",
              "rehearse = 1\n[scenario]\nname = \"slow\"\nmodel = \"slow.model.toml\"\n"
              "duration = \"5s\"\nreplications = 2\n");

  const std::string output = place.rehearse({"run", "slow.toml"}).output;

  const std::string warning = "had no answer when the run ended";
  CHECK_THAT(output, Catch::Contains("99 other workloads) " + warning));
  CHECK(output.find(warning) == output.rfind(warning));
}

TEST_CASE("calibrate does not write over what it reads", "[end_to_end]") {
  const Workplace place;
  prepare(place);

  const Finished spans =
      place.rehearse({"calibrate", "spans.csv", "--columns", "mapping.toml", "-o", "./spans.csv"});
  const Finished columns =
      place.rehearse({"calibrate", "spans.csv", "--columns", "mapping.toml", "-o", "mapping.toml"});

  CHECK(spans.exit_code == 104);
  CHECK_THAT(spans.errors, Catch::Contains("./spans.csv is an input, it cannot be written to"));
  CHECK(columns.exit_code == 104);
  CHECK(place.content("spans.csv") == table_of_spans());
  CHECK(place.content("mapping.toml") == mapping);
}

}  // namespace rehearse
