using LoraFaaS.Worker.Metering;

namespace LoraFaaS.Worker.Control;

/// <summary>What a session takes its messages from.</summary>
internal sealed record SessionSources(Inventory Inventory, ResidencyChanges Changes, UsageSpool Usage, FunctionLog Logs);
