#include "replay/command.hpp"

#include "core/base/one_line.hpp"
#include "replay/arguments.hpp"
#include "replay/report/json_report.hpp"
#include "replay/report/report_files.hpp"
#include "replay/report/terminal_summary.hpp"
#include "replay/run.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::replay {
namespace {

constexpr std::string_view kFooter =
    "Pace: --speed 5x plays the recording in a fifth of its time, --rate 500/s keeps its order and mix, "
    "--max does not "
    "wait.\n"
    "Thresholds: mismatch_rate, error_rate, failed_rate, coverage (shares), p50 p90 p95 p99 p999 max "
    "intended_p99 "
    "lateness_p99 (durations).\n"
    "Examples:\n"
    "  understudy replay --target http://127.0.0.1:9001 --speed 5x --report report shop.ucap.zst\n"
    "  understudy replay --target http://127.0.0.1:9001 --max --guard guard.yaml --threshold 'p99<300ms' "
    "*.ucap.zst\n"
    "Exit codes: 0 pass, 1 fail, 2 usage, 3 inconclusive, 4 invalid run, 130 interrupted.";

ExitCode refuse(const Failure& failure) {
  fmt::print(stderr, "understudy replay: {}\n", one_line(failure.message));
  return ExitCode::usage;
}

ExitCode report(const Options& options, const RunResult& result) {
  if (options.json_to_stdout)
    fmt::print("{}", json_report(result));
  else
    fmt::print("{}", terminal_summary(result, ::isatty(STDOUT_FILENO) == 1));
  std::fflush(stdout);
  if (options.report_directory)
    if (auto written = write_reports(result, *options.report_directory); !written)
      return refuse(written.error());
  return exit_code_of(result.verdict);
}

ExitCode run_command(const Arguments& arguments) {
  auto options = options_of(arguments);
  if (!options) return refuse(options.error());
  const bool new_directory =
      options->report_directory && !std::filesystem::exists(*options->report_directory);
  if (options->report_directory)
    if (auto prepared = prepare_report_directory(*options->report_directory); !prepared)
      return refuse(prepared.error());
  options->handle_signals = true;
  options->show_progress = ::isatty(STDERR_FILENO) == 1;
  const auto run = run_replay(*options);
  if (run) return report(*options, run->result);
  std::error_code ignored;
  if (new_directory) std::filesystem::remove(*options->report_directory, ignored);
  return refuse(run.error());
}

}  // namespace

void add_command(CLI::App& app, std::function<ExitCode()>& run) {
  const auto arguments = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("replay", "Re-drive captures against a candidate and judge its answers");
  auto& a = *arguments;
  command->add_option("--target", a.target, "The candidate")->required()->type_name("URL");
  command
      ->add_option("captures", a.captures,
                   "Capture files, or directories of them; together in the order of time")
      ->required()
      ->expected(1, -1)
      ->type_name("CAPTURE");
  command->add_option("--speed", a.speed, "Times the recorded speed (default 1x)")->type_name("2x");
  command->add_option("--rate", a.rate, "Requests per second, in recorded order")->type_name("500/s");
  command->add_flag("--max", a.max, "As fast as the connections allow");
  command->add_option("--duration", a.duration, "Leave out what is due later")->type_name("D");
  command->add_option("--connections", a.connections, "Connections in all")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command
      ->add_option("--max-in-flight", a.in_flight_max,
                   "Requests in flight in all (default: one per connection)")
      ->check(CLI::Range(1, 10'000));
  command->add_option("--sample", a.sample, "Share of sessions to replay")->type_name("P%");
  command->add_option("--guard", a.guard_file, "Write protection rules; default: only GET, HEAD and OPTIONS")
      ->type_name("FILE");
  command->add_option("--header", a.headers, "Set a request header; may be repeated")
      ->expected(1)
      ->take_all()
      ->type_name("'K: V'");
  command->add_option("--host", a.host, "Host for every request instead of the recorded one");
  command
      ->add_option("--ca", a.ca,
                   "PEM file of the authorities that may sign an https target; default: the system's")
      ->type_name("FILE");
  command->add_option("--cert", a.certificate, "PEM file of our certificate, if the target asks for one")
      ->type_name("FILE");
  command->add_option("--key", a.key, "PEM file of its key")->type_name("FILE");
  command->add_flag("--insecure", a.insecure, "Do not verify the target's certificate");
  command->add_option("--timeout", a.timeout, "Longest wait for an answer")
      ->type_name("D")
      ->capture_default_str();
  command->add_option("--late-max", a.late_max, "Requests later than this are not sent (shed)")
      ->type_name("D")
      ->capture_default_str();
  command->add_option("--threshold", a.thresholds, "A gate such as mismatch_rate<0.1%; may be repeated")
      ->expected(1)
      ->take_all()
      ->type_name("EXPR");
  command->add_option("--seed", a.seed, "Chooses which sessions are sampled")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--report", a.report, "Write report.json, report.md and junit.xml there")
      ->type_name("DIR");
  command->add_flag("--json", a.json, "Print report.json instead of the summary");
  command->add_flag("--allow-unscrubbed", a.allow_unscrubbed, "Send captures that were not scrubbed");
  command
      ->add_option("--key-file,--capture-key-file", a.keys.key_file,
                   "Keys of encrypted captures; else $UNDERSTUDY_CAPTURE_KEY_FILE")
      ->type_name("FILE");
  command
      ->add_option("--key-command,--capture-key-command", a.keys.key_command,
                   "Program that unwraps their keys instead; else $UNDERSTUDY_CAPTURE_KEY_COMMAND")
      ->type_name("COMMAND");
  command->footer(std::string(kFooter));
  command->callback([arguments, &run] { run = [arguments] { return run_command(*arguments); }; });
}

}  // namespace understudy::replay
