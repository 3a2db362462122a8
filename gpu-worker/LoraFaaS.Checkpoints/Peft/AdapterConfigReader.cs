using System.Collections.Immutable;
using System.Text.Json;
using LoraFaaS.Checkpoints.Json;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>
/// Reads an <see cref="AdapterConfig"/>. <c>fan_in_fan_out</c> is accepted and has no effect: PEFT itself resets it for linear
/// modules, the only kind here, and the saved A and B have the same layout either way.
/// </summary>
internal static class AdapterConfigReader
{
    private const int MaxPatterns = 10_000;

    /// <summary>Options that must be absent, null, false or empty, and what they would have asked for.</summary>
    private static readonly ImmutableArray<(string Name, string Meaning)> Unsupported =
    [
        ("use_dora", "weight-decomposed adapters (DoRA) are not supported"),
        ("modules_to_save", "fully trained modules beside the adapter are not supported"),
        ("lora_bias", "biases in the adapter are not supported"),
        ("trainable_token_indices", "retrained token embeddings are not supported"),
        ("target_parameters", "adapters on bare parameters are not supported"),
        ("layer_replication", "replicated layers are not supported"),
        ("alora_invocation_tokens", "activated adapters (aLoRA) are not supported"),
        ("arrow_config", "routed adapters (Arrow) are not supported"),
        ("use_qalora", "quantisation-aware adapters (QA-LoRA) are not supported"),
        ("use_bdlora", "block-diagonal adapters are not supported"),
    ];

    public static AdapterConfig Read(ReadOnlyMemory<byte> json) => JsonText.Read(AdapterConfig.File, json, fields =>
    {
        RefuseUnsupported(fields);

        return new AdapterConfig
        {
            Rank = fields.Int32("r", 1, AdapterConfig.MaxRank),
            Alpha = fields.NumberOrNull("lora_alpha", 0, 1e9) ?? 8,
            UseRsLora = fields.Flag("use_rslora", otherwise: false),
            Targets = ReadTargets(fields, "target_modules")
                ?? throw new RefusedException("target_modules", "is missing: name the modules, give a pattern, or say \"all-linear\""),
            Excluded = ReadTargets(fields, "exclude_modules"),
            RankPattern = [.. Bounded(fields, "rank_pattern").Select(e => KeyValuePair.Create(
                e.Name, JsonFields.ToInt32(e.Element, e.Path, 1, AdapterConfig.MaxRank)))],
            AlphaPattern = [.. Bounded(fields, "alpha_pattern").Select(e => KeyValuePair.Create(
                e.Name, JsonFields.ToNumber(e.Element, e.Path, 0, 1e9)))],
            LayersToTransform = ReadLayers(fields),
            LayersPattern = ReadTexts(fields, "layers_pattern"),
            BaseModel = fields.TextOrNull("base_model_name_or_path"),
        };
    });

    private static void RefuseUnsupported(JsonFields fields)
    {
        if (fields.Text("peft_type") is var kind && kind != "LORA")
        {
            throw new RefusedException("peft_type", $"'{kind}' is not supported; LORA is");
        }

        if (fields.TextOrNull("task_type") is { } task && task != "CAUSAL_LM")
        {
            throw new RefusedException("task_type", $"'{task}' is not supported; CAUSAL_LM is");
        }

        if (fields.TextOrNull("bias") is { } bias && bias != "none")
        {
            throw new RefusedException("bias", $"'{bias}' is not supported; only adapters that leave the backbone's biases alone are");
        }

        foreach (var (name, meaning) in Unsupported)
        {
            if (fields.Find(name) is { } value && !IsOff(value))
            {
                throw new RefusedException(name, meaning);
            }
        }

        RefuseChangedBackbone(fields);
    }

    /// <summary>These initialisations subtract something from the backbone's own weights, so the adapter is wrong on the shared ones.</summary>
    private static void RefuseChangedBackbone(JsonFields fields)
    {
        if (fields.Find("init_lora_weights") is not { ValueKind: JsonValueKind.String } value)
        {
            return;
        }

        var kind = JsonText.TextOf(value, fields.PathOf("init_lora_weights"));
        if (kind.StartsWith("pissa", StringComparison.Ordinal) || kind is "olora" or "corda" or "loftq")
        {
            throw new RefusedException(
                "init_lora_weights",
                $"'{kind}' changes the backbone's weights; convert the adapter to a plain one (PEFT: path_initial_model_for_weight_conversion)");
        }
    }

    private static bool IsOff(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };

    private static TargetModules? ReadTargets(JsonFields fields, string name)
    {
        switch (fields.Find(name))
        {
            case null:
                return null;

            case { ValueKind: JsonValueKind.String } value:
                var text = JsonText.TextOf(value, fields.PathOf(name));
                return text.Equals("all-linear", StringComparison.OrdinalIgnoreCase) ? new TargetModules.AllLinear() : new TargetModules.Pattern(text);

            default:
                var entries = ReadTexts(fields, name);
                return entries.IsEmpty ? null : new TargetModules.Names(entries);
        }
    }

    private static ImmutableArray<string> ReadTexts(JsonFields fields, string name)
    {
        if (fields.Find(name) is { ValueKind: JsonValueKind.String } single)
        {
            return [JsonText.TextOf(single, fields.PathOf(name))];
        }

        var texts = fields.Items(name).Take(MaxPatterns + 1).Select(i => i.Element.ValueKind is JsonValueKind.String
            ? JsonText.TextOf(i.Element, i.Path)
            : throw new RefusedException(i.Path, "must be a string")).ToImmutableArray();

        return texts.Length <= MaxPatterns ? texts : throw TooMany(name);
    }

    private static ImmutableArray<int> ReadLayers(JsonFields fields)
    {
        const string Name = "layers_to_transform";
        if (fields.Find(Name) is { ValueKind: JsonValueKind.Number } single)
        {
            return [JsonFields.ToInt32(single, Name, 0, 1_000_000)];
        }

        return [.. fields.Items(Name).Select(l => JsonFields.ToInt32(l.Element, l.Path, 0, 1_000_000)).Distinct().Order()];
    }

    private static List<(string Name, JsonElement Element, string Path)> Bounded(JsonFields fields, string name)
    {
        var entries = fields.Entries(name).Take(MaxPatterns + 1).ToList();
        return entries.Count <= MaxPatterns ? entries : throw TooMany(name);
    }

    private static RefusedException TooMany(string name) => new(name, $"has more than {MaxPatterns} entries");
}
