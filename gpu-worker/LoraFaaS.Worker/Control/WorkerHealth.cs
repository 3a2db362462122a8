using LoraFaaS.ServiceDefaults.Health;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Metering;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Control;

/// <summary>The worker is well as long as it takes invocations; a missing controller is a note, because what is known is served on.</summary>
internal sealed class WorkerHealth(
    InvocationCounts counts, ControllerLink link, MemoryBooks books, BackboneLoads loads, PrefixDisk prefixes, IsolationStation isolation, IOptions<WorkerOptions> options) : IHealthSource
{
    public HealthReading Read()
    {
        List<string> notes = [$"state: {(counts.IsDraining ? "draining" : "serving")}"];

        if (link.Controller is null)
        {
            notes.Add("controller: no session");
        }

        notes.Add($"kernels: {KernelReport.NameFor(options.Value)}");
        notes.Add($"weights: {options.Value.Weights}");
        notes.Add($"arithmetic: {KernelReport.ArithmeticFor(options.Value)}");
        notes.Add(Describe("device", books.Device));
        notes.Add(Describe("host", books.Host));
        notes.Add($"prompt prefixes on disk: {prefixes.Used} of {prefixes.Limit}");
        notes.AddRange(loads.Running.Select(load => $"loading: backbone {load.Backbone.Name} {load.Percent} % of {load.Total}"));
        notes.Add($"isolation: enforced: {string.Join(", ", isolation.Machine.Enforced)}");
        notes.AddRange(isolation.Machine.NotEnforced);
        return new HealthReading(!counts.IsDraining, notes);
    }

    /// <summary>Every byte under its owner's name, the largest first.</summary>
    private static string Describe(string name, MemoryLedger ledger)
    {
        var owners = ledger.Owners.OrderByDescending(owner => owner.Value).ThenBy(owner => owner.Key, StringComparer.Ordinal).Select(owner => $"{owner.Key} {owner.Value}");
        return $"{name} memory: {ledger.Used} of {ledger.Capacity}: {string.Join(", ", owners)}".TrimEnd(' ', ':');
    }
}
