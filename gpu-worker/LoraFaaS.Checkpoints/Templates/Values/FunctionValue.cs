using LoraFaaS.Checkpoints.Templates.Execution;

namespace LoraFaaS.Checkpoints.Templates.Values;

/// <summary>Something that can be called: a global, a bound method, a macro.</summary>
internal sealed class FunctionValue(string name, Func<Arguments, TemplateValue> body) : TemplateValue
{
    public string Name => name;

    public override string Kind => "function";

    public override bool IsTrue => true;

    public TemplateValue Call(Arguments arguments) => body(arguments);
}
