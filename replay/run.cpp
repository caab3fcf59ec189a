#include "replay/run.hpp"

#include "replay/driver.hpp"
#include "replay/planner.hpp"
#include "replay/progress.hpp"

#include <csignal>
#include <cstdlib>
#include <thread>

#include <boost/asio/basic_signal_set.hpp>
#include <fmt/format.h>

namespace understudy::replay {
namespace {

constexpr std::size_t kPlanRing = 4'096;
constexpr std::size_t kAnswerRing = 1'024;
constexpr std::size_t kResponseBytesMax = 16 * 1024 * 1024;
constexpr std::size_t kAnswerBytesMax = 128 * 1024 * 1024;
constexpr std::size_t kWaitingMax = 8'192;

Outcome<> check_captures(const Options& options) {
  for (const auto& path : options.captures) {
    const auto unscrubbed = capture::contains_unscrubbed(path);
    if (!unscrubbed) return unscrubbed.error();
    if (*unscrubbed && !options.allow_unscrubbed)
      return Failure{fmt::format("{}: holds unscrubbed data; give --allow-unscrubbed to send it all the same",
                                 path.string())};
  }
  return {};
}

/// INT and TERM: the first ends the run early with a report, the second ends the process.
class SignalWatch {
 public:
  SignalWatch(net::Worker& worker, Driver& driver)
      : signals_(worker.executor(), SIGINT, SIGTERM), driver_(driver) {
    wait();
  }

 private:
  void wait() {
    signals_.async_wait([this](const boost::system::error_code& ec, int) {
      if (ec) return;
      if (seen_) std::_Exit(static_cast<int>(ExitCode::interrupted));
      seen_ = true;
      driver_.interrupt();
      wait();
    });
  }

  net::asio::basic_signal_set<net::Executor> signals_;
  Driver& driver_;
  bool seen_ = false;
};

void judge_all(Handover<AnsweredExchange>& answers, MemoryBudgets& budgets, Judge& judge) {
  AnsweredExchange answered;
  while (answers.pop(answered)) {
    judge.judge(answered);
    budgets.planned.give_back(answered.memory_bytes);
    budgets.answers.give_back(answered.response.body.size());
  }
}

DriverOptions driver_options(const Options& options, bool paced) {
  DriverOptions out;
  out.client.origin = options.target;
  out.client.response_timeout = options.timeout;
  out.client.body_bytes_max = kResponseBytesMax;
  out.lanes = std::min(options.connections, options.in_flight_max);
  out.waiting_max = paced ? kWaitingMax : 4 * out.lanes;
  out.late_max = options.late_max;
  out.paced = paced;
  return out;
}

/// What was planned or recorded but never sent, under the reason for which the run ended.
Accounting final_accounting(const Survey& survey, const Planner& planner, const DriverCounts& counts,
                            const Judge& judge) {
  auto accounting = planner.counts();
  const auto unread = survey.exchanges - accounting.in_capture;
  const auto untaken = planner.planned() - counts.taken;
  const auto left = unread + untaken + counts.abandoned;
  accounting.in_capture = survey.exchanges;
  if (left > 0)
    accounting.filtered[counts.ended_early == EndedEarly::target_unreachable ? "target_unreachable"
                                                                             : "interrupted"] += left;
  accounting.sent = judge.answered();
  accounting.shed = counts.shed;
  accounting.failed = judge.failures();
  return accounting;
}

void conclude(const Options& options, const Planner& planner, const Driver& driver, FinishedRun& run) {
  const auto& counts = driver.counts();
  const auto& judge = *run.judge;
  auto& result = run.result;
  result.target = options.target.text();
  result.seed = options.seed;
  result.sample = options.sample;
  result.captures = run.survey->captures;
  result.accounting = final_accounting(*run.survey, planner, counts, judge);
  auto& pacing = result.pacing;
  pacing.mode = options.pace_text;
  pacing.actual = driver.elapsed();
  pacing.planned = planner.last_due();
  pacing.lateness = counts.lateness;
  pacing.dispatch_lag = counts.dispatch_lag;
  pacing.held_back = counts.not_scheduled_in_time;
  result.judge = run.judge.get();
  result.noise_learning = run.survey->noise.stats();
  result.slowdowns = judge.latency_comparison().slowdowns();
  result.differences = group_header_drift(judge.differences().sorted(), judge.endpoints().size());
  result.noise = judge.noise().sorted();
  std::uint64_t damaged_places = 0;
  for (const auto& capture : result.captures) damaged_places += capture.damage.incidents;
  const RunEvidence evidence{.accounting = result.accounting,
                             .judge = judge,
                             .slowdowns = result.slowdowns,
                             .lateness = pacing.lateness,
                             .dispatch_lag = pacing.dispatch_lag,
                             .planned = pacing.planned,
                             .paced = pacing.paced,
                             .interrupted = counts.ended_early == EndedEarly::interrupted,
                             .unreachable = counts.ended_early == EndedEarly::target_unreachable,
                             .damaged_places = damaged_places};
  result.checks = make_checks(evidence, options.thresholds);
  result.verdict = verdict_of(evidence, result.checks);
}

/// The second pass, on three threads.
Outcome<> drive(const Options& options, FinishedRun& run) {
  auto stream = CaptureStream::open(options.captures, options.keys);
  if (!stream) return stream.error();
  Planner planner(options, run.survey->first_start_ns);
  Handover<PlannedExchange> plan(kPlanRing);
  Handover<AnsweredExchange> answers(kAnswerRing);
  MemoryBudgets budgets{MemoryBudget(options.memory_bytes), MemoryBudget(kAnswerBytesMax)};
  net::Worker worker;
  auto settings = driver_options(options, run.result.pacing.paced);
  if (options.target.is_tls()) {
    const auto tls = net::TlsClientSource::open(options.target.text(), options.target.host, options.tls);
    if (!tls) return Failure{fmt::format("--target: {}", tls.error().message)};
    settings.client.tls = (*tls)->attach();
  }
  if (auto endpoints = net::resolve(options.target))
    settings.client.endpoints = std::move(*endpoints);
  else
    settings.hopeless_after = 1;  // Nothing can be sent: the first failure says it all.
  Driver driver(worker, settings, plan, answers, budgets);
  std::optional<SignalWatch> signals;
  if (options.handle_signals) signals.emplace(worker, driver);
  std::optional<Progress> progress;
  if (options.show_progress) progress.emplace(worker, driver.counts(), run.survey->exchanges);

  std::thread planning([&] { feed(*stream, planner, budgets.planned, plan); });
  std::thread judging([&] { judge_all(answers, budgets, *run.judge); });
  driver.start();
  worker.run();
  plan.abandon();
  planning.join();
  answers.finish();
  judging.join();
  run.result.out_of_order = stream->out_of_order();
  conclude(options, planner, driver, run);
  progress.reset();
  signals.reset();
  return {};
}

}  // namespace

Outcome<FinishedRun> run_replay(const Options& options) {
  if (auto checked = check_captures(options); !checked) return checked.error();
  if (options.show_progress) fmt::print(stderr, "reading captures ...");
  auto survey = survey_captures(options.captures, options.keys);
  if (options.show_progress) fmt::print(stderr, "\r\x1b[K");
  if (!survey) return survey.error();
  FinishedRun run;
  run.survey = std::make_unique<Survey>(std::move(*survey));
  run.result.started_wall_ns = wall_now().value;
  run.result.pacing.paced = !std::holds_alternative<MaxPace>(options.pace);
  run.judge = std::make_unique<Judge>(run.survey->noise, run.result.pacing.paced);
  if (auto driven = drive(options, run); !driven) return driven.error();
  return run;
}

}  // namespace understudy::replay
