namespace LoraFaaS.Checkpoints.Templates.Values;

internal sealed class ListValue(IReadOnlyList<TemplateValue> items, bool isTuple = false) : TemplateValue
{
    public static ListValue Empty { get; } = new([]);

    public IReadOnlyList<TemplateValue> Items => items;

    public bool IsTuple => isTuple;

    public override string Kind => isTuple ? "tuple" : "list";

    public override bool IsTrue => items.Count > 0;
}
