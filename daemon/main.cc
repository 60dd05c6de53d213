// SPDX-License-Identifier: GPL-2.0-or-later
//
// iscsid(8): options, wiring, the loop, the signals. Stopping never logs out:
// sessions live in the module, and the next daemon takes them over.
#include <malloc.h>
#include <sys/random.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <csignal>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "daemon/config/load.h"
#include "daemon/config/secret_file.h"
#include "daemon/core/control.h"
#include "daemon/core/initiator.h"
#include "daemon/ctl/varlink.h"
#include "daemon/io/asio_clock.h"
#include "daemon/io/ctl_server.h"
#include "daemon/io/kernel_genl.h"
#include "daemon/io/libcrypto.h"
#include "daemon/io/process.h"
#include "daemon/io/state_dir.h"
#include "daemon/io/system_devices.h"
#include "daemon/io/system_log.h"
#include "daemon/io/tcp.h"
#include "daemon/io/worker.h"

namespace iscsid {
namespace {

constexpr const char* kVersion = ISCSID_VERSION;
// Everything under way is cancelled at once; this is for what is not.
constexpr Duration kStopTimeout{5000};

struct Options {
  config::Paths config;
  std::string socket{ctl::kSocketPath};
  std::string state_dir = "/var/lib/iscsi";
  bool foreground = false;
  LogLevel log_level = LogLevel::kInfo;
};

// What many logins at a time or a configuration took goes back when it is
// freed: by default glibc keeps twice what the largest block ever was, in each
// thread's arena. With one arena a thread that waits for memory keeps the
// others from theirs, so all that allocate must survive its shortage: see
// Start().
void KeepLittleMemory() {
  constexpr int kKib = 1024;
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MMAP_THRESHOLD, 128 * kKib);
  ::mallopt(M_TRIM_THRESHOLD, 64 * kKib);
  ::mallopt(M_TOP_PAD, 16 * kKib);
}

uint32_t Random() {
  uint32_t value = 0;
  // At most 256 bytes never come short (getrandom(2)).
  while (::getrandom(&value, sizeof(value), 0) != sizeof(value)) {
  }
  return value;
}

class Daemon {
 public:
  explicit Daemon(const Options& options)
      : options_(options),
        log_(options.log_level, options.foreground),
        executor_(loop_.get_executor()),
        clock_(executor_),
        worker_(executor_),
        transport_(executor_, clock_, worker_),
        kernel_(executor_),
        devices_(executor_, worker_),
        store_(options.state_dir, worker_),
        env_{executor_, clock_, transport_, kernel_, devices_,
             store_,    log_,   crypto_,    Random},
        initiator_(env_),
        control_(env_, initiator_),
        server_(executor_, clock_, log_, kVersion,
                [this](ctl::AnyCall call) {
                  return control_.Handle(std::move(call));
                }),
        service_(executor_),
        signals_(loop_, SIGTERM, SIGINT, SIGHUP) {}

  int Run() {
    if (Status started = Start(); !started) {
      log_.Error(started.error().what);
      return EXIT_FAILURE;
    }
    WaitForSignal();
    service_.Ready();
    log_.Info(std::string("ready, version ") + kVersion);
    loop_.run();
    log_.Info("stopped; sessions go on without the daemon");
    return EXIT_SUCCESS;
  }

 private:
  Status Start() {
    ForbidCoreDumps(log_);
    SurviveMemoryPressure(log_);
    // Its jobs may wait for a disk that is away; its memory must not, as the
    // loop's would wait with it.
    if (Status started = worker_.Start(); !started) return started;
    SayWhatCryptoRefuses();
    TakeConfig(LoadConfig(options_.config));
    if (Status opened = kernel_.Open(); !opened) return opened;
    if (Status opened = devices_.Open(); !opened) return opened;
    // A second daemon stops here, before it touches a session.
    UniqueFd activated = ActivatedSocket();
    Status listening = activated ? server_.Adopt(std::move(activated))
                                 : server_.Listen(options_.socket);
    if (!listening) return listening;
    initiator_.Start(MachineHash());
    return {};
  }

  // A policy such as FIPS mode may leave CHAP fewer algorithms.
  void SayWhatCryptoRefuses() {
    for (const ChapAlgorithmRow& row : kChapAlgorithms) {
      if (Status checked = crypto_.Check(row.algorithm); !checked)
        log_.Warning(checked.error().what + "; CHAP does not offer it");
    }
  }

  // Secrets that are files of their own are read now: recovery may have none.
  static config::Parsed LoadConfig(const config::Paths& paths) {
    config::Parsed parsed = config::Load(paths);
    if (!parsed.config) return parsed;
    for (config::Diagnostic& problem : config::ReadSecrets(*parsed.config))
      parsed.diagnostics.push_back(std::move(problem));
    return parsed;
  }

  void TakeConfig(const config::Parsed& parsed) {
    std::optional<config::Diagnostic> error;
    for (const config::Diagnostic& diagnostic : parsed.diagnostics) {
      const bool fatal = diagnostic.severity == config::Severity::kError;
      log_.Write(fatal ? LogLevel::kError : LogLevel::kWarning,
                 diagnostic.Text());
      if (fatal && !error) error = diagnostic;
    }
    if (parsed.config) {
      initiator_.SetConfig(*parsed.config);
      configured_ = true;
    }
    if (parsed.config || !configured_) control_.SetConfigError(error);
  }

  void WaitForSignal() {
    signals_.async_wait([this](const asio::error_code& error, int signal) {
      if (error) return;
      if (signal != SIGHUP) return BeginStop();
      asio::co_spawn(executor_, Reload(), Rethrow);
      WaitForSignal();
    });
  }

  // Reading files is the helper's: they may be on a disk that waits for us.
  asio::awaitable<void> Reload() {
    service_.Reloading();
    std::function<config::Parsed()> job = [paths = options_.config] {
      return LoadConfig(paths);
    };
    const std::optional<config::Parsed> parsed =
        co_await worker_.Run<config::Parsed>(std::move(job), kNever);
    if (!parsed) co_return;
    TakeConfig(*parsed);
    log_.Info(parsed->config ? "configuration read again"
                             : "configuration left as it was");
    service_.Ready();
  }

  void BeginStop() {
    service_.Stopping();
    overdue_ = clock_.At(clock_.Now() + kStopTimeout, [this] {
      log_.Error("not all calls ended in time");
      log_.Close();
      std::_Exit(EXIT_FAILURE);
    });
    server_.Close();
    asio::co_spawn(executor_, Stop(), Rethrow);
  }

  asio::awaitable<void> Stop() {
    transport_.Close();
    worker_.Close();
    co_await initiator_.Stop();
    kernel_.Close();
    devices_.Close();
    overdue_.reset();
  }

  static void Rethrow(std::exception_ptr exception) {
    if (exception) std::rethrow_exception(exception);
  }

  const Options options_;
  asio::io_context loop_{1};
  SystemLog log_;
  asio::any_io_executor executor_;
  AsioClock clock_;
  Worker worker_;
  TcpTransport transport_;
  KernelGenl kernel_;
  SystemDevices devices_;
  StateDir store_;
  Libcrypto crypto_;
  Environment env_;
  Initiator initiator_;
  Control control_;
  CtlServer server_;
  ServiceManager service_;
  asio::signal_set signals_;
  std::unique_ptr<Alarm> overdue_;
  bool configured_ = false;
};

int Main(int argc, char** argv) {
  KeepLittleMemory();
  std::signal(SIGPIPE, SIG_IGN);  // of a reader of the log that is gone
  Options options;
  CLI::App app("iSCSI initiator daemon; see iscsid(8)", "iscsid");
  app.set_version_flag("--version", kVersion);
  std::string config;
  app.add_option("--config", config,
                 "configuration file (default /etc/iscsi/iscsi.conf)");
  app.add_option("--socket", options.socket, "control socket")
      ->capture_default_str();
  app.add_option("--state-dir", options.state_dir,
                 "where InitiatorName and ISIDs are kept")
      ->capture_default_str();
  app.add_flag("-d,--foreground", options.foreground,
               "log to stderr, even under systemd");
  app.add_option("--log-level", options.log_level,
                 "error, warning, info or debug (default info)")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, LogLevel>{{"error", LogLevel::kError},
                                          {"warning", LogLevel::kWarning},
                                          {"info", LogLevel::kInfo},
                                          {"debug", LogLevel::kDebug}}));
  CLI11_PARSE(app, argc, argv);
  if (!config.empty()) {
    options.config.main = config;
    options.config.fragments = config + ".d";
  }
  return Daemon(options).Run();
}

}  // namespace
}  // namespace iscsid

int main(int argc, char** argv) { return iscsid::Main(argc, argv); }
