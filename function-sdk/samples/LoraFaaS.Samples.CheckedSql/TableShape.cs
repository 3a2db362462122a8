using System.Text.RegularExpressions;

namespace LoraFaaS.Samples.CheckedSql;

/// <summary>The table that a question begins with, and what SQL may say about it.</summary>
public sealed partial class TableShape
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "SELECT", "DISTINCT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "BETWEEN", "GROUP", "BY", "ORDER", "ASC", "DESC", "HAVING", "LIMIT", "AS",
        "COUNT", "SUM", "AVG", "MIN", "MAX",
    };

    private readonly HashSet<string> _names;

    private TableShape(string name, IEnumerable<string> columns)
    {
        Name = name;
        _names = new HashSet<string>(columns.Append(name), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>As the question spells it.</summary>
    public string Name { get; }

    /// <summary>Null when the text does not begin with a table.</summary>
    public static TableShape? TryParse(string question) =>
        Head().Match(question) is { Success: true } head
            ? new TableShape(head.Groups["name"].Value, head.Groups["columns"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            : null;

    /// <summary>One SELECT whose every name is the table, one of its columns, or SQL's own.</summary>
    public bool Allows(string sql)
    {
        var bare = Literal().Replace(sql, "''").Trim().TrimEnd(';');

        return bare.StartsWith("SELECT ", StringComparison.OrdinalIgnoreCase)
            && !bare.Contains(';', StringComparison.Ordinal)
            && Identifier().Matches(bare).All(word => Words.Contains(word.Value) || _names.Contains(word.Value));
    }

    [GeneratedRegex(@"^\s*Table\s+(?<name>\w+)\s*\((?<columns>[\w\s,]+)\)", RegexOptions.NonBacktracking)]
    private static partial Regex Head();

    [GeneratedRegex(@"'[^']*'", RegexOptions.NonBacktracking)]
    private static partial Regex Literal();

    [GeneratedRegex(@"[A-Za-z_]\w*", RegexOptions.NonBacktracking)]
    private static partial Regex Identifier();
}
