namespace LoraFaaS.Checkpoints.Peft;

/// <summary>What came out of an archive: the configuration's bytes, and how many bytes of weights were written to the caller's stream.</summary>
public sealed record AdapterArchiveFiles(ReadOnlyMemory<byte> Config, long WeightsBytes);
