using System.CommandLine;
using System.Net;
using System.Text.Json;
using LoraFaaS.Cli.Demo;
using LoraFaaS.Cli.Diagnosis;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Up;
using LoraFaaS.Contracts.Units;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas up</c>: the whole platform on this machine, in the foreground.</summary>
internal static class UpCommand
{
    private static readonly Option<int> Port = new("--port") { Description = "The gateway's port; 0 takes a free one", DefaultValueFactory = _ => 8080 };
    private static readonly Option<int> GrpcPort = new("--grpc-port") { Description = "Where the gateway serves gRPC (Open Inference Protocol); 0 takes a free one", DefaultValueFactory = _ => 0 };
    private static readonly Option<string> Host = new("--host") { Description = "The gateway's address", DefaultValueFactory = _ => "127.0.0.1" };
    private static readonly Option<bool> RequireApiKeys = new("--require-api-keys") { Description = "Every invocation needs an API key (lorafaas key create)" };
    private static readonly Option<bool> InsecureOpen = new("--insecure-open") { Description = "With a --host that other machines reach: let them invoke without a key" };
    private static readonly Option<string?> Data = new("--data") { Description = "The data folder (default: the user's data folder, lorafaas/)" };
    private static readonly Option<int> Threads = new("--threads") { Description = "Compute threads of a sandbox; 0: all cores, in turns with the others (without turns half of them, at least two)" };
    private static readonly Option<string?> DeviceMemory = new("--device-memory") { Description = "Device memory of the worker, for example 2Gi" };
    private static readonly Option<string?> Weights = CreateWeights();
    private static readonly Option<bool> NoConsole = new("--no-console") { Description = "Do not start the console (/ui)" };
    private static readonly Option<string?> Postgres = new("--postgres") { Description = "A Postgres connection string; without it an embedded store" };
    private static readonly Option<string?> Redis = new("--redis") { Description = "Redis as HOST:PORT; without it warm state is kept in memory" };
    private static readonly Option<bool> Demo = new("--demo") { Description = "Deploy the demo functions and call each once" };
    private static readonly Option<bool> Once = new("--once") { Description = "Exit after the demo calls: 0 only if every answer is the expected one" };
    private static readonly Option<string?> ReadyFile = new("--ready-file") { Description = "Write addresses and process ids here (JSON) when everything serves" };

    public static string DefaultDataFolder => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "lorafaas");

    public static Command Create()
    {
        var command = new Command("up", "Start gateway, controller, worker and console on this machine and serve until Ctrl-C")
        {
            Port, GrpcPort, Host, RequireApiKeys, InsecureOpen, Data, Threads, DeviceMemory, Weights, NoConsole, Postgres, Redis, Demo, Once, ReadyFile,
        };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    /// <summary><c>lorafaas demo</c>: the same with the demo's functions, which are called once.</summary>
    public static Command CreateDemo()
    {
        var command = new Command("demo", "The same as up --demo: start everything here, deploy the demo functions, call each once, and serve until Ctrl-C")
        {
            Port, GrpcPort, Host, RequireApiKeys, InsecureOpen, Data, Threads, DeviceMemory, Weights, NoConsole, Postgres, Redis, Once, ReadyFile,
        };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static Option<string?> CreateWeights()
    {
        var weights = new Option<string?>("--weights") { Description = "Precision of backbones: stored, or int8 (half the memory, faster, nearly the same answers)" };
        weights.AcceptOnlyFromAmong("stored", "int8");
        return weights;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken stopping)
    {
        var time = TimeProvider.System;
        var progress = OutputOptions.Progress(parse);
        var programs = HostPrograms.Find(AppContext.BaseDirectory);
        var options = ReadOptions(parse);
        await RequireRedisAsync(options.Redis, stopping);

        await using var platform = await Platform.StartAsync(options, programs, progress, time, stopping);
        platform.Connection.Write(Environment.GetEnvironmentVariable);
        IReadOnlyList<DemoCall> calls = [];

        if (parse.GetValue(Demo) || parse.GetValue(Once) || parse.CommandResult.Command.Name == "demo")
        {
            using var client = platform.Connect();
            var demo = new DemoRun(client, programs.DemoFolder, progress, Terminal.Output, time);
            await demo.DeployAsync(stopping);
            await demo.WaitUntilWarmAsync(stopping);
            calls = await demo.CallEachAsync(stopping);
            demo.Print(calls);
        }

        PrintAccess(platform);

        if (options.ReadyFile is { } readyFile)
        {
            WriteReadyFile(readyFile, platform);
        }

        if (parse.GetValue(Once))
        {
            return calls.All(call => call.Matches) ? ExitCodes.Done : ExitCodes.Failed;
        }

        using var restarts = UpSignal.Listen(options.DataFolder, platform.RestartGateway);
        Terminal.Output.MarkupLine("[bold green]Serving until Ctrl-C[/]");
        await Task.Delay(Timeout.InfiniteTimeSpan, time, stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        progress.Step("stopping", "finishing what runs");
        return ExitCodes.Done;
    }

    /// <summary>
    /// A controller waits for a Redis that is away, as it must where one restarts; at the start of a platform it is a wrong address. One with settings
    /// behind its address (TLS, several servers) is left to the controller.
    /// </summary>
    private static async Task RequireRedisAsync(string? address, CancellationToken cancellationToken)
    {
        if (address is not null && !address.Contains(',', StringComparison.Ordinal) && await ServerFindings.RedisAsync(address, cancellationToken) is { State: not FindingState.Good } finding)
        {
            throw new UsageException($"--redis {address}: {finding.Found}. {finding.Meaning}");
        }
    }

    private static UpOptions ReadOptions(ParseResult parse)
    {
        var port = parse.GetValue(Port);

        foreach (var (name, given) in ((string, int)[])[("--port", port), ("--grpc-port", parse.GetValue(GrpcPort))])
        {
            if (given is < 0 or > 65535)
            {
                throw new UsageException($"{name} {given}: a port is 0 to 65535.");
            }
        }

        if (parse.GetValue(Threads) < 0)
        {
            throw new UsageException("--threads: 0 (all cores, in turns) or more.");
        }

        if (parse.GetValue(DeviceMemory) is { } memory && !ByteSize.TryParse(memory, out _))
        {
            throw new UsageException($"--device-memory {memory}: not a size, as in 512Mi or 2Gi.");
        }

        var host = parse.GetValue(Host)!;

        if (!parse.GetValue(RequireApiKeys) && !parse.GetValue(InsecureOpen) && IPAddress.TryParse(host, out var address) && !IPAddress.IsLoopback(address))
        {
            throw new UsageException($"--host {host}: other machines could invoke every function. Ask for keys with --require-api-keys, or say that this is meant with --insecure-open.");
        }

        return new UpOptions
        {
            Port = port,
            GrpcPort = parse.GetValue(GrpcPort),
            Host = host,
            DataFolder = parse.GetValue(Data) ?? DefaultDataFolder,
            PasswordFile = parse.GetValue(Connection.ConnectionOptions.PasswordFile),
            Threads = parse.GetValue(Threads),
            DeviceMemory = parse.GetValue(DeviceMemory),
            Weights = parse.GetValue(Weights),
            RequireApiKeys = parse.GetValue(RequireApiKeys),
            InsecureOpen = parse.GetValue(InsecureOpen),
            Console = !parse.GetValue(NoConsole),
            Postgres = parse.GetValue(Postgres),
            Redis = parse.GetValue(Redis),
            ReadyFile = parse.GetValue(ReadyFile),
        };
    }

    private static void PrintAccess(Platform platform)
    {
        var gateway = platform.Connection.Gateway.TrimEnd('/');
        var grid = new Grid().AddColumn().AddColumn();
        grid.AddRow("functions", $"{gateway}/function/<name>");
        grid.AddRow("OpenAI", $"{gateway}/v1");
        grid.AddRow("OpenFaaS", $"{gateway}/system");

        grid.AddRow("gRPC", Markup.Escape(new Uri(platform.Grpc).Authority));

        if (platform.HasConsole)
        {
            grid.AddRow("console", $"{gateway}/ui");
        }

        grid.AddRow("user", "admin");
        grid.AddRow("password", $"{Markup.Escape(platform.Password)}  [grey]({Markup.Escape(platform.Connection.PasswordFile)})[/]");
        grid.AddRow("try", $"curl {gateway}/function/sentiment -d 'the soup was cold and the staff rude'");
        Terminal.Output.Write(grid);
    }

    private static void WriteReadyFile(string path, Platform platform)
    {
        var content = new PlatformReadyFile
        {
            Gateway = platform.Connection.Gateway,
            Grpc = platform.Grpc,
            User = platform.Connection.User,
            PasswordFile = platform.Connection.PasswordFile,
            Pids = platform.Pids,
        };
        var temporary = path + ".new";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(content, CliJson.Default.PlatformReadyFile));
        File.Move(temporary, path, overwrite: true);
    }
}
