using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.KvCache;

namespace LoraFaaS.Engine.Models;

/// <summary>
/// One sequence's part of a step: its next tokens, which stand at positions from <see cref="Start"/>. The sequence must have
/// room for them and hold everything before them. Logits, where wanted, are those after the last token.
/// </summary>
public readonly record struct StepSlice(KvSequence Kv, AdapterHandle? Adapter, ReadOnlyMemory<int> Tokens, int Start, bool WantsLogits);
