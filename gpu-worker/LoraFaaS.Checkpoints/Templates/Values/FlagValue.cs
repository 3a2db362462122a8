namespace LoraFaaS.Checkpoints.Templates.Values;

internal sealed class FlagValue : TemplateValue
{
    private FlagValue(bool value) => Value = value;

    public static FlagValue True { get; } = new(true);

    public static FlagValue False { get; } = new(false);

    public bool Value { get; }

    public override string Kind => "boolean";

    public override bool IsTrue => Value;

    public static FlagValue Of(bool value) => value ? True : False;
}
