using EventPipeline.Commands;

namespace EventPipeline.Tests.Commands;

public sealed class TextColumnsTests
{
    private static readonly string[][] Lines =
    [
        ["report", "days", "dollars", "", "reason"],
        ["anthropic/acme/cost", "2", "1,234.50", "new", "two\nlines"],
        ["openai/acme/cost", "10", "~0.75", "", ""],
    ];

    [Fact]
    public async Task Numbers_stand_to_the_right_and_a_line_break_is_a_space() =>
        (await WriteAsync(int.MaxValue)).ShouldBe(
            """
            report               days   dollars       reason
            anthropic/acme/cost     2  1,234.50  new  two lines
            openai/acme/cost       10     ~0.75

            """);

    [Theory]
    [InlineData(51)]
    [InlineData(80)]
    public async Task A_table_that_fits_is_one(int width) => (await WriteAsync(width)).ShouldStartWith("report   ");

    [Fact]
    public async Task On_a_narrow_terminal_each_line_is_a_record() => (await WriteAsync(40)).ShouldBe(
        """
        anthropic/acme/cost
          days 2, dollars 1,234.50, new,
          reason two lines
        openai/acme/cost
          days 10, dollars ~0.75

        """);

    [Fact]
    public async Task A_record_without_its_first_cell_does_not_lend_it_another()
    {
        var output = new StringWriter();

        await TextColumns.WriteAsync(output, [["person", "team", "usd"], ["", "search", "1"], ["", "", ""]], width: 5);

        output.ToString().ShouldBe("-\n  team search,\n  usd 1\n-\n");
    }

    [Fact]
    public async Task A_cell_that_is_wider_than_the_terminal_stays_whole() => (await WriteAsync(10)).ShouldContain(
        "anthropic/acme/cost\n  days 2,\n  dollars 1,234.50,\n  new,\n  reason two lines\n");

    [Fact]
    public async Task Headings_without_lines_are_written()
    {
        var output = new StringWriter();

        await TextColumns.WriteAsync(output, Lines[..1], width: 80);

        output.ToString().ShouldBe("report  days  dollars    reason\n");
    }

    private static async Task<string> WriteAsync(int width)
    {
        var output = new StringWriter();
        await TextColumns.WriteAsync(output, Lines, width);
        return output.ToString();
    }
}
