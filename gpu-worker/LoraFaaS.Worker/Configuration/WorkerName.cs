using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Worker.Configuration;

/// <summary>This worker's id, for those who are given it rather than find it out.</summary>
internal sealed record WorkerName(WorkerId Id);
