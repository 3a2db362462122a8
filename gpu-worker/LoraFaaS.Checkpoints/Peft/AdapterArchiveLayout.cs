namespace LoraFaaS.Checkpoints.Peft;

/// <summary>The two byte ranges of a canonical tar, counted from its start.</summary>
public readonly record struct AdapterArchiveLayout(long ConfigOffset, int ConfigBytes, long WeightsOffset, long WeightsBytes);
