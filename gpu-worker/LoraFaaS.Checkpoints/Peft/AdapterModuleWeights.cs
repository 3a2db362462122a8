using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>One adapted module of one layer: y += Scale * B (A x), with A [Rank, in] and B [out, Rank], row-major.</summary>
public sealed record AdapterModuleWeights(int Layer, AdapterModule Module, int Rank, float Scale, TensorInfo A, TensorInfo B);
