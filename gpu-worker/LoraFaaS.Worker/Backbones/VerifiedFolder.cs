namespace LoraFaaS.Worker.Backbones;

/// <summary>Where a backbone was verified, and the <see cref="Checkpoints.CheckpointStamp"/> of its files then.</summary>
internal sealed record VerifiedFolder(string Path, string Stamp);
