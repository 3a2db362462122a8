namespace LoraFaaS.Checkpoints.Templates.Values;

/// <summary>A dictionary in the order of its making, with text for keys.</summary>
internal sealed class MapValue(OrderedDictionary<string, TemplateValue> entries, bool isPlain = false) : TemplateValue
{
    public OrderedDictionary<string, TemplateValue> Entries => entries;

    public override string Kind => "mapping";

    public override bool IsTrue => entries.Count > 0;

    /// <summary>A key as text, marked where the whole dictionary came from a caller.</summary>
    public TextValue KeyText(string key) => isPlain ? TextValue.Plain(key) : TextValue.Trusted(key);
}
