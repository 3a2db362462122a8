namespace LoraFaaS.Checkpoints.Configuration;

/// <summary>The decoder families that are read. All are pre-norm, SwiGLU, rotary, with grouped queries; they differ in biases and query/key norms.</summary>
public enum Architecture
{
    Llama,
    Mistral,
    Qwen2,
    Qwen3,
}
