using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>The name under which PEFT saves one half of a pair: <c>base_model.model.model.layers.{layer}.{group}.{module}.lora_{A|B}.weight</c>.</summary>
internal readonly record struct AdapterTensorName(int Layer, AdapterModule Module, bool IsA)
{
    private const string Prefix = "base_model.model.";

    public static bool TryParse(string name, [NotNullWhen(true)] out AdapterTensorName? parsed)
    {
        parsed = null;
        if (!name.StartsWith(Prefix + "model.layers.", StringComparison.Ordinal))
        {
            return false;
        }

        var parts = name[Prefix.Length..].Split('.');
        if (parts is not ["model", "layers", var number, _, var last, "lora_A" or "lora_B", "weight"]
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var layer))
        {
            return false;
        }

        foreach (var module in AdapterModules.All)
        {
            // Compared as a whole, so that mlp.q_proj or layers.007 is not taken for what it is not.
            if (module.ShortName == last && name == For(layer, module, parts[5] == "lora_A"))
            {
                parsed = new AdapterTensorName(layer, module, parts[5] == "lora_A");
                return true;
            }
        }

        return false;
    }

    public static string For(int layer, AdapterModule module, bool isA) => $"{Prefix}{module.FullName(layer)}.lora_{(isA ? 'A' : 'B')}.weight";
}
