namespace LoraFaaS.Checkpoints;

/// <summary>The files of a checkpoint folder that decide what it computes; anything else beside them is ignored.</summary>
public static class CheckpointFiles
{
    public const string Config = "config.json";
    public const string GenerationConfig = "generation_config.json";
    public const string Tokenizer = "tokenizer.json";
    public const string TokenizerConfig = "tokenizer_config.json";
    public const string ChatTemplate = "chat_template.jinja";
    public const string Weights = "model.safetensors";

    /// <summary>Every deciding file that the folder holds, by ordinal name.</summary>
    public static IReadOnlyList<string> In(string folder) =>
        [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Where(Decides).Order(StringComparer.Ordinal)];

    private static bool Decides(string name) =>
        name is Config or GenerationConfig or Tokenizer or TokenizerConfig or ChatTemplate
        || name.EndsWith(".safetensors", StringComparison.Ordinal)
        || name.EndsWith(".safetensors.index.json", StringComparison.Ordinal);
}
