using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>Arguments of a call, evaluated.</summary>
internal sealed record Arguments(IReadOnlyList<TemplateValue> Positional, IReadOnlyList<(string Name, TemplateValue Value)> Named)
{
    public static Arguments None { get; } = new([], []);

    public int Count => Positional.Count;

    /// <summary>By place or by name; null when not given.</summary>
    public TemplateValue? Find(int place, string name)
    {
        if (place < Positional.Count)
        {
            return Positional[place];
        }

        foreach (var (given, value) in Named)
        {
            if (given == name)
            {
                return value;
            }
        }

        return null;
    }

    public TemplateValue Get(int place, string name) => Find(place, name) ?? throw RenderException.Wrong($"the argument '{name}' is missing");

    public TextValue Text(int place, string name) => Get(place, name) as TextValue ?? throw RenderException.Wrong($"the argument '{name}' must be a string");

    /// <summary>Null when absent or none.</summary>
    public TextValue? TextOrNull(int place, string name) => Find(place, name) switch
    {
        null or NoneValue => null,
        TextValue text => text,
        _ => throw RenderException.Wrong($"the argument '{name}' must be a string"),
    };

    public int Int32(int place, string name, int otherwise) => Find(place, name) switch
    {
        null or NoneValue => otherwise,
        WholeValue { Value: >= int.MinValue and <= int.MaxValue } whole => (int)whole.Value,
        FlagValue flag => flag.Value ? 1 : 0,
        _ => throw RenderException.Wrong($"the argument '{name}' must be an integer"),
    };

    public bool Flag(int place, string name, bool otherwise) => Find(place, name)?.IsTrue ?? otherwise;

    public Arguments Skip(int count) => new([.. Positional.Skip(count)], Named);
}
