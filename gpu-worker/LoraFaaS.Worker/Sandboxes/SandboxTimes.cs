namespace LoraFaaS.Worker.Sandboxes;

/// <summary>How long bringing a sandbox up took, for the cold-start account.</summary>
/// <param name="Start">The process, its connection and everything not named otherwise. Near zero when a blank was there.</param>
/// <param name="Map">Mapping and checking the backbone.</param>
/// <param name="Kernels">Choosing and assembling kernels.</param>
internal sealed record SandboxTimes(TimeSpan Start, TimeSpan Map, TimeSpan Kernels);
