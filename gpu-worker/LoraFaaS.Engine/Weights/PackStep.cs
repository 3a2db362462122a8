using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Engine.Weights;

/// <summary>One tensor's way from a checkpoint into an image.</summary>
internal sealed record PackStep(TensorInfo Source, PackedTensor Target);
