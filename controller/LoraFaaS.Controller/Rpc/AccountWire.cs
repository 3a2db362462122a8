using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Controller.Rpc;

/// <summary>The account of a load, from the worker's words and to the gateway's.</summary>
internal static class AccountWire
{
    public static LoadAccount? Read(ColdStart? wire) => wire is null
        ? null
        : new LoadAccount(
            Milliseconds(wire.SandboxMs),
            Milliseconds(wire.MapMs),
            Milliseconds(wire.KernelsMs),
            Milliseconds(wire.AdapterMs),
            Tier(wire.AdapterTier),
            Tier(wire.BackboneTier),
            wire.SandboxWarm);

    public static ColdStart? Write(LoadAccount? account) => account is null
        ? null
        : new ColdStart
        {
            SandboxMs = account.SandboxMs,
            MapMs = account.MapMs,
            KernelsMs = account.KernelsMs,
            AdapterMs = account.AdapterMs,
            AdapterTier = (int)account.AdapterTier,
            BackboneTier = (int)account.BackboneTier,
            SandboxWarm = account.SandboxWarm,
        };

    /// <summary>What a worker says is not believed where it cannot be.</summary>
    private static double Milliseconds(double value) => double.IsFinite(value) ? Math.Clamp(value, 0, int.MaxValue) : 0;

    private static StorageTier Tier(int value) => Enum.IsDefined((StorageTier)value) ? (StorageTier)value : StorageTier.Remote;
}
