using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>Names in reach: those set here, then those around. A loop's body and a macro's have scopes of their own; an <c>if</c> has none.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, TemplateValue> _names = new(StringComparer.Ordinal);

    public TemplateValue? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._names.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return null;
    }

    public void Set(string name, TemplateValue value) => _names[name] = value;

    public void CopyTo(Scope other)
    {
        foreach (var (name, value) in _names)
        {
            other.Set(name, value);
        }
    }

    private Scope? Outer => outer;
}
