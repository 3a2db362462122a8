using System.Collections.Immutable;
using System.Diagnostics;
using LoraFaaS.Linux.Cgroups;
using LoraFaaS.Linux.Confinement;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.Worker.Handlers;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Isolation;

/// <summary>
/// Finds out at start what this machine enforces, by trying it in a process that ends afterwards; refuses to start without what is required.
/// Started before everything that starts processes or speaks of them.
/// </summary>
internal sealed partial class IsolationStation(
    LauncherProgram launcher, SandboxProgram sandbox, HandlerProgram handler, RuntimeFolder folder, IOptions<IsolationOptions> options, ILogger<IsolationStation> logger) : IHostedService
{
    private const string ProbeName = "probe";
    private const string LoadGroupName = "loads";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly CgroupLimits ProbeLimits = new(256 << 20, 100, 64);

    private readonly IsolationOptions _options = options.Value;
    private MachineIsolation? _machine;

    public MachineIsolation Machine => _machine ?? throw new InvalidOperationException("What the machine enforces is not known before the worker starts.");

    /// <summary>The groups of this worker's processes, in the hierarchies that work.</summary>
    public CgroupTree Groups => new(Machine.Groups, folder.Name);

    /// <summary>Where the worker's own threads go that give way to its processes: beside their groups, and removed with them.</summary>
    public string LoadGroup => Path.Combine(folder.Name, LoadGroupName);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _machine = await ProbeAsync(cancellationToken);
        var missing = _options.Required.Where(measure => !_machine.Has(measure)).ToList();

        if (missing.Count > 0)
        {
            throw new HostStartException("Worker:RequireIsolation: " + string.Join("; ", missing.Select(measure => $"{measure.ToString().ToLowerInvariant()}: {_machine.Missing[measure]}")));
        }

        foreach (var line in _machine.NotEnforced)
        {
            LogMissing(line);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<MachineIsolation> ProbeAsync(CancellationToken cancellationToken)
    {
        var tree = new CgroupTree(CgroupPlaces.Find(), folder.Name);
        folder.Remember(tree.Folders);
        var groups = new Dictionary<string, CgroupPlace>(StringComparer.Ordinal);
        var missing = new Dictionary<IsolationMeasure, string>();
        MakeGroups(tree, groups, missing);

        var wanted = new Confinement
        {
            Kind = ConfinedKind.Sandbox,
            Socket = "",
            UserBase = _options.UserBase > 0 ? _options.UserBase : null,
            WritableFolder = folder.Path,
            Cgroups = [.. groups.Keys],
        };

        var entered = new List<CgroupPlace>();

        foreach (var (name, reason) in await AskAsync(wanted, [], cancellationToken))
        {
            if (groups.TryGetValue(name, out var place))
            {
                Judge(place, reason, entered, missing);
            }
            else if (reason.Length > 0)
            {
                missing[Enum.Parse<IsolationMeasure>(name)] = reason;
            }
        }

        tree.TryRemove(ProbeName);
        AddControllersNowhere(entered, missing);
        var outer = await TryOuterAsync(wanted with { Cgroups = [] }, missing, cancellationToken);
        return new MachineIsolation(missing.ToImmutableDictionary(), [.. entered]) { Outer = outer };
    }

    /// <summary>Namespaces by another program, where the launcher itself may not make them. What it takes to try is the launcher's start within it.</summary>
    private async Task<ImmutableArray<string>> TryOuterAsync(Confinement wanted, Dictionary<IsolationMeasure, string> missing, CancellationToken cancellationToken)
    {
        if (!missing.ContainsKey(IsolationMeasure.Network) || LauncherProgram.Unshare is not { } outer)
        {
            return [];
        }

        try
        {
            var answers = await AskAsync(wanted, outer, cancellationToken);

            // Nothing that held without it may fail within it.
            if (answers.Exists(answer => answer.Reason.Length > 0 && !missing.ContainsKey(Enum.Parse<IsolationMeasure>(answer.Name))))
            {
                return [];
            }
        }
        catch (Exception refused) when (refused is IsolationMissingException or System.ComponentModel.Win32Exception)
        {
            missing[IsolationMeasure.Network] += $"; and in a user namespace: {refused.Message}";
            return [];
        }

        missing.Remove(IsolationMeasure.Network);
        missing.Remove(IsolationMeasure.Ipc);
        return [.. outer];
    }

    private static void MakeGroups(CgroupTree tree, Dictionary<string, CgroupPlace> groups, Dictionary<IsolationMeasure, string> missing)
    {
        foreach (var place in tree.Places)
        {
            try
            {
                groups[tree.Create(place, ProbeName, ProbeLimits)] = place;
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                Judge(place, refused.Message, [], missing);
            }
        }
    }

    private static void Judge(CgroupPlace place, string reason, List<CgroupPlace> entered, Dictionary<IsolationMeasure, string> missing)
    {
        if (reason.Length == 0)
        {
            entered.Add(place);
            return;
        }

        foreach (var controller in place.Controllers)
        {
            missing[MeasureOf(controller)] = reason;
        }
    }

    private static void AddControllersNowhere(List<CgroupPlace> entered, Dictionary<IsolationMeasure, string> missing)
    {
        foreach (var controller in Enum.GetValues<CgroupController>())
        {
            if (entered.Exists(place => place.Controllers.Contains(controller)))
            {
                missing.Remove(MeasureOf(controller));
            }
            else
            {
                missing.TryAdd(MeasureOf(controller), "no control group hierarchy offers it here");
            }
        }
    }

    private static IsolationMeasure MeasureOf(CgroupController controller) => controller switch
    {
        CgroupController.Memory => IsolationMeasure.Memory,
        CgroupController.Cpu => IsolationMeasure.Cpu,
        CgroupController.Pids => IsolationMeasure.Threads,
        _ => throw new UnreachableException(),
    };

    /// <summary>The probe's lines: a measure or a group, and why not. A probe that does not end well speaks for nothing.</summary>
    private async Task<List<(string Name, string Reason)>> AskAsync(Confinement wanted, IReadOnlyList<string> outer, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        using var process = new Process { StartInfo = launcher.Probe(wanted, [.. launcher.EssentialFiles, sandbox.Path, handler.Path], outer) };
        process.Start();

        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var answer = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);

            return process.ExitCode == 0
                ? [.. answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t', 2)).Select(parts => (parts[0], parts[1]))]
                : throw new IsolationMissingException($"its probe ended with {process.ExitCode}: {await errors}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    [LoggerMessage(3260, LogLevel.Warning, "{Missing}")]
    private partial void LogMissing(string missing);
}
