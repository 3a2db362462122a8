using System.Diagnostics.CodeAnalysis;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Protocol.Control;
using WorkerHello = LoraFaaS.ControlPlane.Workers.WorkerHello;

namespace LoraFaaS.Controller.Rpc;

/// <summary>A worker's messages as facts. What cannot be one (a digest that is none, a tier there is not) is left out or refused, never guessed.</summary>
internal static class WorkerWire
{
    private const int MaxIdLength = 256;
    private const int MaxReasonLength = 512;
    private const int MaxKeyLength = 256;
    private const int MaxLoading = 64;

    public static bool TryRead(Protocol.Control.WorkerHello wire, [NotNullWhen(true)] out WorkerHello? hello, out string problem)
    {
        hello = null;

        if (wire.WorkerId.Length is 0 or > MaxIdLength)
        {
            problem = "worker_id is empty or too long";
            return false;
        }

        if (!Uri.TryCreate(wire.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            problem = "url is not an absolute http URL";
            return false;
        }

        if (wire.DeviceBytes < 0 || wire.HostBytes < 0)
        {
            problem = "device_bytes or host_bytes is negative";
            return false;
        }

        problem = "";
        hello = new WorkerHello(new WorkerId(wire.WorkerId), wire.Url.TrimEnd('/'), wire.Device, new ByteSize(wire.DeviceBytes), wire.Version, [.. wire.NotEnforced])
        {
            HostBytes = new ByteSize(wire.HostBytes),
            Arithmetic = wire.Arithmetic,
        };
        return true;
    }

    public static ControlPlane.Workers.WorkerHeartbeat Read(WorkerHeartbeat wire) => new()
    {
        DeviceBytesUsed = new ByteSize(Math.Max(0, wire.DeviceBytesUsed)),
        Running = Math.Max(0, wire.Running),
        Queued = Math.Max(0, wire.Queued),
        Sandboxes = Math.Max(0, wire.Sandboxes),
        Draining = wire.Draining,
        Resident = [.. wire.Resident.Select(Read).OfType<ResidentState>()],
        Loading = [.. wire.Loading.Take(MaxLoading).Select(Read).OfType<LoadingState>()],
        Costs = wire.Costs is { } costs ? Read(costs) : null,
    };

    public static Problem? ProblemOf(CommandResult wire) =>
        wire.ErrorCode.Length == 0 ? null : new Problem(ErrorCodes.FromWire(wire.ErrorCode), wire.ErrorMessage);

    public static bool TryRead(UsageReport wire, [NotNullWhen(true)] out UsageRecord? record)
    {
        record = null;

        if (!TryFunction(wire.Namespace, wire.Function, out var function))
        {
            return false;
        }

        record = new UsageRecord
        {
            Sequence = wire.Sequence,
            CallId = wire.CallId,
            Function = function,
            Revision = wire.Revision,
            PromptTokens = Math.Max(0, wire.PromptTokens),
            CompletionTokens = Math.Max(0, wire.CompletionTokens),
            TtftMs = Amount(wire.TtftMs),
            TotalMs = Amount(wire.TotalMs),
            Outcome = wire.Outcome,
            StartedAt = Time(wire.StartedUnixMs),
            AdapterTier = Tier(wire.AdapterTier) ?? StorageTier.Remote,
            BackboneTier = wire.Account is { } found ? Tier(found.BackboneTier) : null,
            SandboxWarm = wire.Account?.SandboxWarm,
            PrefixTier = wire.Account is { } begun ? Tier(begun.PrefixTier) : null,
            PrefixBytes = Math.Max(0, wire.Account?.PrefixBytes ?? 0),
            QueueMs = Amount(wire.QueueMs),
            LoadMs = Amount(wire.LoadMs),
            PrefillMs = Amount(wire.PrefillMs),
            DecodeMs = Amount(wire.DecodeMs),
            Stages = wire.Account is { } account ? Stages(account) : new UsageStages(),
            Key = wire.UsageKey.Length is > 0 and <= MaxKeyLength && !wire.UsageKey.Contains('\0') ? wire.UsageKey : null,
            Try = wire.UsageTry,
        };
        return true;
    }

    public static List<LogLine> Read(LogBatch wire) =>
    [
        .. wire.Entries.Select(entry => new LogLine
        {
            Name = entry.Function,
            Namespace = entry.Namespace,
            Instance = entry.Instance,
            Timestamp = DateTimeOffset.UnixEpoch.AddTicks(Math.Clamp(entry.UnixNanos, 0, long.MaxValue) / TimeSpan.NanosecondsPerTick),
            Text = entry.Text,
        }),
    ];

    private static ControlPlane.Ports.StageCosts Read(Protocol.Control.StageCosts wire) => new()
    {
        RemoteToDiskMsPerMib = wire.HasRemoteToDiskMsPerMib ? Amount(wire.RemoteToDiskMsPerMib) : null,
        DiskToHostMsPerMib = wire.HasDiskToHostMsPerMib ? Amount(wire.DiskToHostMsPerMib) : null,
        HostToDeviceMsPerMib = wire.HasHostToDeviceMsPerMib ? Amount(wire.HostToDeviceMsPerMib) : null,
        SandboxMs = wire.HasSandboxMs ? Amount(wire.SandboxMs) : null,
        BackboneMsPerMib = wire.HasBackboneMsPerMib ? Amount(wire.BackboneMsPerMib) : null,
        PrefixMsPerMib = wire.HasPrefixMsPerMib ? Amount(wire.PrefixMsPerMib) : null,
    };

    private static LoadingState? Read(Protocol.Control.BackboneLoading wire) =>
        wire.Name.Length is > 0 and <= MaxIdLength && wire.BytesTotal > 0 && Digest.TryParse(wire.Digest, out var digest)
            ? new LoadingState(wire.Name, digest, Math.Clamp(wire.BytesDone, 0, wire.BytesTotal), wire.BytesTotal)
            : null;

    private static ResidentState? Read(Resident wire)
    {
        ResidentKind? kind = wire.Kind switch
        {
            "backbone" => ResidentKind.Backbone,
            "adapter" => ResidentKind.Adapter,
            "sandbox" => ResidentKind.Sandbox,
            "kernels" => ResidentKind.Kernels,
            "prefix" => ResidentKind.Prefix,
            "code" => ResidentKind.Code,
            _ => null,
        };

        if (kind is not { } known || Tier(wire.Tier) is not { } tier || !Digest.TryParse(wire.Digest, out var digest))
        {
            return null;
        }

        TrustDomain? domain = wire.TrustDomain.Length > 0 ? new TrustDomain(wire.TrustDomain) : null;
        FunctionId? function = wire.Key is { } key && TryFunction(key.Namespace, key.Function, out var parsed) ? parsed : null;

        return new ResidentState(known, digest, tier, Math.Max(0, wire.Bytes), domain, Milliseconds(wire.IdleMs))
        {
            Function = function,
            Revision = Math.Max(0, wire.Revision),
            Age = Milliseconds(wire.AgeMs),
            Reason = wire.Reason.Length > MaxReasonLength ? wire.Reason[..MaxReasonLength] : wire.Reason,
            Opening = wire.Opening,
        };
    }

    private static bool TryFunction(string @namespace, string name, out FunctionId id)
    {
        var isFunction = NamespaceName.TryParse(@namespace, out var parsedNamespace) & FunctionName.TryParse(name, out var parsedName);
        id = new FunctionId(parsedNamespace, parsedName);
        return isFunction;
    }

    private static StorageTier? Tier(int number) => Enum.IsDefined((StorageTier)number) ? (StorageTier)number : null;

    private static TimeSpan Milliseconds(long value) => TimeSpan.FromMilliseconds(Math.Clamp(value, 0, int.MaxValue));

    private static UsageStages Stages(Protocol.Data.ColdStart account) => new()
    {
        DoorMs = Amount(account.DoorMs),
        ActivationMs = Amount(account.ActivationMs),
        ConnectMs = Amount(account.ConnectMs),
        AdmissionMs = Amount(account.AdmissionMs),
        SandboxMs = Amount(account.SandboxMs),
        MapMs = Amount(account.MapMs),
        KernelsMs = Amount(account.KernelsMs),
        AdapterMs = Amount(account.AdapterMs),
        PromptMs = Amount(account.PromptMs),
        PrefixMs = Amount(account.PrefixMs),
        HandlerMs = Amount(account.HandlerMs),
        CodeMs = Amount(account.CodeMs),
        RelayMs = Amount(account.RelayMs),
        TransportMs = Amount(account.TransportMs),
    };

    private static double Amount(double value) => double.IsFinite(value) && value > 0 ? value : 0;

    /// <summary>Within the calendar: a worker's clock may be anything.</summary>
    private static DateTimeOffset Time(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(unixMs, 0, 4_102_444_800_000));
}
