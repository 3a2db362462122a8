using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Memory;

/// <summary>The book of host bytes: packed backbones and packed adapters in sealed segments, and what backbones are read into while they are packed, in pages of 4 KiB.</summary>
internal sealed class HostLedger(ByteSize capacity) : MemoryLedger("host", capacity, new ByteSize(4096));
