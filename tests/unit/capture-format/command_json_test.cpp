// What commands tell programs: the JSON of joining and exporting, and each gap of a recording.
#include "capture-format/file_writer.hpp"
#include "tests/unit/capture-format/command_line.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kBegin = 1'700'000'000 * kSecond;

class CommandJson : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  /// Two exchanges, and a gap of `lost` exchanges.
  std::string with_gap(const std::string& name, GapReason reason, std::uint64_t lost, std::uint64_t from_ns) {
    FileWriterOptions options;
    options.output = path(name);
    auto writer = FileWriter::open(options);
    EXPECT_TRUE(writer.has_value());
    for (std::uint64_t i = 0; i < 2; ++i) EXPECT_TRUE((*writer)->append(sample_exchange(i).view));
    Gap gap;
    gap.add(reason, lost, 10 * lost, from_ns, from_ns + kSecond);
    (*writer)->add_gap(gap);
    EXPECT_TRUE((*writer)->finish());
    return read_file(path(name));
  }

  static json::object run(const std::vector<std::string>& arguments, ExitCode code = ExitCode::ok) {
    const auto result = run_capture(arguments);
    EXPECT_EQ(result.code, code) << arguments[0] << ": " << result.err;
    EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1) << result.out;
    return json::parse(result.out).as_object();
  }

  TemporaryDirectory directory_;
};

std::uint64_t number(const json::value& value) { return value.to_number<std::uint64_t>(); }

TEST_F(CommandJson, MergeAndCompactTellWhatCameOfEachInput) {
  write_file(path("whole"), capture_of_samples(0, 60));
  auto damaged = capture_of_samples(100, 40);
  const auto hit = chunk_places(damaged)[1];
  damaged[hit.data + 9] ^= 1;
  write_file(path("damaged"), damaged);
  for (const auto* command : {"merge", "compact"}) {
    const auto out = path(std::string(command) + ".ucap.zst");
    const auto told = run({command, "--json", path("whole"), path("damaged"), "-o", out}, ExitCode::failed);
    EXPECT_EQ(told.at("output").as_string(), out);
    EXPECT_EQ(number(told.at("exchanges")), 100 - hit.exchanges);
    EXPECT_EQ(read_back_file(out).exchanges.size(), 100 - hit.exchanges);
    const auto& inputs = told.at("inputs").as_array();
    ASSERT_EQ(inputs.size(), 2u);
    EXPECT_EQ(number(inputs[0].at("exchanges")), 60u);
    EXPECT_EQ(number(inputs[0].at("incidents")), 0u);
    EXPECT_EQ(number(inputs[1].at("exchanges")), 40 - hit.exchanges);
    EXPECT_EQ(number(inputs[1].at("chunks_lost")), 1u);
    EXPECT_EQ(inputs[1].at("damage").as_array().size(), 1u);
  }
}

TEST_F(CommandJson, AnExportTellsWhatItLeftOutAndLost) {
  write_file(path("in"), capture_of_samples(0, 60));
  for (const auto* format : {"har", "gor", "ndjson", "csv", "curl", "vegeta"}) {
    const auto told = run({"export", "--to", format, "--json", path("in"), "-o", path(format)});
    std::uint64_t left_out = 0;
    for (const auto& reason : told.at("left_out").as_object()) left_out += number(reason.value());
    EXPECT_EQ(number(told.at("exchanges")), 60u) << format;
    EXPECT_EQ(number(told.at("exported")) + left_out, 60u) << format;
  }
  const auto piped = run_capture({"export", "--to", "ndjson", "--json", path("in")});
  EXPECT_EQ(std::count(piped.out.begin(), piped.out.end(), '\n'), 60) << "standard output is the export";
  EXPECT_EQ(number(json::parse(piped.err).at("exported")), 60u);
}

TEST_F(CommandJson, AKeyIsNamedAndNeverTold) {
  const auto told = run({"keygen", "--json", "--id", "k9", "-o", path("key")});
  EXPECT_EQ(told.at("key_id").as_string(), "k9");
  EXPECT_EQ(told.at("output").as_string(), path("key"));
  EXPECT_EQ(told.size(), 2u);
  EXPECT_EQ(run_capture({"keygen", "--json"}).code, ExitCode::usage);
}

TEST_F(CommandJson, InfoTellsOfEachGapWhenHowLongAndWhy) {
  write_file(path("both"), with_gap("a", GapReason::disk_full, 3, kBegin) +
                               with_gap("b", GapReason::no_buffer, 4, kBegin + 60 * kSecond));
  const auto told = run({"info", "--json", path("both")});
  const auto& gaps = told.at("files").at(0).at("gaps");
  EXPECT_EQ(number(gaps.at("exchanges")), 7u);
  EXPECT_EQ(number(gaps.at("count")), 2u);
  const auto& list = gaps.at("list").as_array();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(number(list[0].at("exchanges")), 3u);
  EXPECT_EQ(number(list[0].at("reasons").at("disk_full")), 3u);
  EXPECT_EQ(number(list[1].at("from_ns")), kBegin + 60 * kSecond);
  EXPECT_EQ(number(list[1].at("to_ns")), kBegin + 61 * kSecond);
  EXPECT_EQ(number(list[1].at("reasons").at("no_buffer")), 4u);
  const auto text = run_capture({"info", path("both")}).out;
  EXPECT_NE(text.find("2023-11-14T22:13:20"), std::string::npos) << text;
  EXPECT_NE(text.find("2023-11-14T22:14:20"), std::string::npos) << text;
}

}  // namespace
}  // namespace understudy::capture::testing
