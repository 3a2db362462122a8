using System.Globalization;

namespace LoraFaaS.Engine.Weights;

/// <summary>Names of tensors in a backbone image.</summary>
internal static class BackboneNames
{
    public const string Embedding = "embedding";
    public const string FinalNorm = "final_norm";
    public const string Head = "head";
    public const string AttentionNorm = "attention_norm";
    public const string Query = "query";
    public const string Key = "key";
    public const string Value = "value";
    public const string Output = "output";
    public const string QueryBias = "query_bias";
    public const string KeyBias = "key_bias";
    public const string ValueBias = "value_bias";
    public const string OutputBias = "output_bias";
    public const string QueryNorm = "query_norm";
    public const string KeyNorm = "key_norm";
    public const string MlpNorm = "mlp_norm";
    public const string Gate = "gate";
    public const string Up = "up";
    public const string Down = "down";

    public static string InLayer(int layer, string part) => string.Create(CultureInfo.InvariantCulture, $"layers.{layer}.{part}");
}
