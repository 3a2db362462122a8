using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Simulator.Cluster;

/// <summary>What cannot be simulated, in words, before it is.</summary>
public static class ClusterCheck
{
    /// <summary>The first figure that no cluster can have; null: none.</summary>
    public static string? Problem(ClusterSpec cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);

        foreach (var backbone in cluster.Backbones)
        {
            var problem = NotAbove(backbone.Name, ("gigabytes", backbone.Gigabytes), ("prefillMs", backbone.PrefillMs), ("stepMs", backbone.StepMs), ("sloMs", backbone.SloMs))
                ?? Below(backbone.Name, ("prefillPerCallMs", backbone.PrefillPerCallMs), ("stepPerCallMs", backbone.StepPerCallMs), ("kvMegabytesPerToken", backbone.KvMegabytesPerToken), ("loadMs", backbone.LoadMs), ("fastLoadMs", backbone.FastLoadMs));

            if (problem is not null)
            {
                return problem;
            }
        }

        var price = cluster.Price;
        return NotAbove(cluster.Name, ("devices", cluster.Devices), ("deviceGigabytes", cluster.DeviceGigabytes), ("storeGigabytesPerSecond", cluster.StoreGigabytesPerSecond), ("diskGigabytesPerSecond", cluster.DiskGigabytesPerSecond), ("deviceGigabytesPerSecond", cluster.DeviceGigabytesPerSecond))
            ?? Below(cluster.Name, ("warmMs", cluster.WarmMs), ("librariesMs", cluster.LibrariesMs), ("attachMs", cluster.AttachMs), ("kernelsMs", cluster.KernelsMs), ("blankMs", cluster.BlankMs), ("hostMs", cluster.HostMs), ("contextGigabytes", cluster.ContextGigabytes), ("processHostGigabytes", cluster.ProcessHostGigabytes))
            ?? Below("price", ("activeDeviceGigabyte", price.ActiveDeviceGigabyte), ("idleDeviceGigabyte", price.IdleDeviceGigabyte), ("activeHostGigabyte", price.ActiveHostGigabyte), ("idleHostGigabyte", price.IdleHostGigabyte), ("activeCore", price.ActiveCore), ("call", price.Call));
    }

    /// <summary>The first function whose calls could find room on no device, under any system; null: none.</summary>
    public static string? Problem(ClusterSpec cluster, Trace trace)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(trace);

        foreach (var function in trace.Functions)
        {
            var backbone = cluster.Backbones[function.Backbone];
            var adapter = function.AdapterMegabytes / 1024;

            if (backbone.Gigabytes + cluster.ContextGigabytes + adapter > cluster.DeviceGigabytes)
            {
                return FormattableString.Invariant(
                    $"{function.Name} fits on no device of {cluster.Name}: {backbone.Name} has {backbone.Gigabytes:0.##} GB, a process {cluster.ContextGigabytes:0.##}, its adapter {adapter:0.##}, a device {cluster.DeviceGigabytes:0.##}.");
            }
        }

        return null;
    }

    private static string? NotAbove(string who, params ReadOnlySpan<(string Name, double Value)> figures)
    {
        foreach (var (name, value) in figures)
        {
            if (!(value > 0))
            {
                return FormattableString.Invariant($"{name} of {who} is {value}; it is a number above 0.");
            }
        }

        return null;
    }

    private static string? Below(string who, params ReadOnlySpan<(string Name, double Value)> figures)
    {
        foreach (var (name, value) in figures)
        {
            if (!(value >= 0))
            {
                return FormattableString.Invariant($"{name} of {who} is {value}; it is not below 0.");
            }
        }

        return null;
    }
}
