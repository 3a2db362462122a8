namespace LoraFaaS.Samples.CheckedSql;

/// <summary>SQL that uses nothing but its table.</summary>
/// <param name="Sql">One statement.</param>
/// <param name="Table">The table it reads.</param>
/// <param name="Agreed">Both generations said the same.</param>
/// <param name="Tokens">Of both.</param>
public sealed record SqlAnswer(string Sql, string Table, bool Agreed, int Tokens);
