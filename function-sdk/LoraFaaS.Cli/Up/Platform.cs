using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Client;

namespace LoraFaaS.Cli.Up;

/// <summary>A whole platform on one machine: controller, worker, gateway and console as child processes, supervised until stopped.</summary>
internal sealed class Platform : IAsyncDisposable
{
    private readonly IReadOnlyList<Supervisor> _supervisors;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _supervision;

    private Platform(IReadOnlyList<Supervisor> supervisors, ConnectionContext connection, string password)
    {
        _supervisors = supervisors;
        Connection = connection;
        Password = password;
        _supervision = Task.WhenAll(supervisors.Select(supervisor => supervisor.RunAsync(_stopping.Token)));
    }

    public ConnectionContext Connection { get; }

    public string Password { get; }

    /// <summary>Where the gateway serves gRPC.</summary>
    public string Grpc => _supervisors.Single(supervisor => supervisor.Kind is HostKind.Gateway).Ready!.Urls["rpc"];

    /// <summary>Puts another process in the gateway's place; no caller notices.</summary>
    public void RestartGateway() => _supervisors.Single(supervisor => supervisor.Kind is HostKind.Gateway).Replace();

    public bool HasConsole => _supervisors.Any(supervisor => supervisor.Kind is HostKind.Console);

    /// <summary>Process ids by host name.</summary>
    public IReadOnlyDictionary<string, int> Pids =>
        _supervisors.ToDictionary(supervisor => supervisor.Kind.ToString().ToLowerInvariant(), supervisor => supervisor.Ready!.Pid, StringComparer.Ordinal);

    /// <summary>Starts all of them and returns when the gateway has routes and the worker is known.</summary>
    public static async Task<Platform> StartAsync(
        UpOptions options, HostPrograms programs, StepLog progress, TimeProvider time, CancellationToken cancellationToken)
    {
        var data = DataFolder.Open(options.DataFolder);

        if (UpSignal.Find(data) is { } other)
        {
            throw new UsageException($"--data {data.Path}: another platform serves from there (process {other}). Stop it with `kill {other}`, or choose another folder with --data and another --port.");
        }

        var passwordFile = data.EnsurePasswordFile(options.PasswordFile);
        progress.Done("data", data.Path);
        PortCheck.EnsureFree(options.Host, options.Port, "--port");
        PortCheck.EnsureFree(options.Host, options.GrpcPort, "--grpc-port");

        Supervisor Make(HostKind kind, Func<HostReadyFile?, IReadOnlyList<string>> arguments) =>
            new(kind, programs.PathOf(kind), arguments, data, progress, time);

        var controller = Make(HostKind.Controller, before => HostArguments.Controller(options, data, before));
        var worker = Make(HostKind.Worker, before => HostArguments.Worker(options, data, programs, controller.Ready!, before));
        var console = options.Console ? Make(HostKind.Console, before => HostArguments.Console(data, before)) : null;
        var gateway = Make(HostKind.Gateway, before => HostArguments.Gateway(options, data, passwordFile, controller.Ready!, console?.Ready, before));
        IReadOnlyList<Supervisor> all = [controller, worker, .. console is null ? (Supervisor[])[] : [console], gateway];

        try
        {
            await Task.WhenAll(controller.StartAsync(cancellationToken), console?.StartAsync(cancellationToken) ?? Task.CompletedTask);
            await Task.WhenAll(worker.StartAsync(cancellationToken), gateway.StartAsync(cancellationToken));

            var connection = new ConnectionContext { Gateway = gateway.Ready!.Urls["http"], User = "admin", PasswordFile = passwordFile };
            var password = (await File.ReadAllTextAsync(passwordFile, cancellationToken)).TrimEnd('\r', '\n');
            var platform = new Platform(all, connection, password);
            using var client = platform.Connect();
            await Readiness.WaitAsync(client, data.LogFolder, time, cancellationToken);
            return platform;
        }
        catch
        {
            await Task.WhenAll(all.Select(supervisor => supervisor.DisposeAsync().AsTask()));
            throw;
        }
    }

    public LoraFaaSClient Connect() => new(new LoraFaaSClientOptions
    {
        Gateway = new Uri(Connection.Gateway),
        User = Connection.User,
        Password = Password,
    });

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervision;

        // The door first, so that what is under way can finish behind it.
        foreach (var supervisor in _supervisors.Reverse())
        {
            await supervisor.DisposeAsync();
        }

        _stopping.Dispose();
    }
}
