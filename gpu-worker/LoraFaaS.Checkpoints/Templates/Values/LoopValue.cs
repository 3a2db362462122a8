using LoraFaaS.Checkpoints.Templates.Execution;

namespace LoraFaaS.Checkpoints.Templates.Values;

/// <summary><c>loop</c> inside a loop's body: where in its items the loop is.</summary>
internal sealed class LoopValue(IReadOnlyList<TemplateValue> items, int index) : TemplateValue
{
    public override string Kind => "loop";

    public override bool IsTrue => true;

    public TemplateValue? Find(string name) => name switch
    {
        "index" => new WholeValue(index + 1),
        "index0" => new WholeValue(index),
        "revindex" => new WholeValue(items.Count - index),
        "revindex0" => new WholeValue(items.Count - index - 1),
        "first" => FlagValue.Of(index == 0),
        "last" => FlagValue.Of(index == items.Count - 1),
        "length" => new WholeValue(items.Count),
        "previtem" => index > 0 ? items[index - 1] : new UndefinedValue("loop.previtem"),
        "nextitem" => index + 1 < items.Count ? items[index + 1] : new UndefinedValue("loop.nextitem"),
        "cycle" => new FunctionValue(name, Cycle),
        _ => null,
    };

    private TemplateValue Cycle(Arguments arguments) => arguments.Count > 0
        ? arguments.Positional[index % arguments.Count]
        : throw RenderException.Wrong("there is nothing to cycle through");
}
