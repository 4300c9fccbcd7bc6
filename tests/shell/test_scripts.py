#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""-c, -f and pipes: checked whole before the first line runs, stopped at the first error, with line numbers."""
import os

import harness


class Scripts(harness.PumpCase):
    def write(self, text):
        path = os.path.join(self.bench.root, "script")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def packets(self):
        return self.bench.show()["packets_exchanged"]

    def test_texts_run_in_order(self):
        result = self.run_pumpctl("-c", "version", "-c", "program show", "-c", "drug show morphine")
        self.assertEqual(result.code, 0, result.both)
        places = [result.out.index(part) for part in ("GPL-3.0-or-later", "1 mg per day", "Infumorph")]
        self.assertEqual(places, sorted(places))

    def test_one_session_serves_a_whole_script(self):
        before = self.packets()
        self.assertEqual(self.run_pumpctl("-c", "program show").code, 0)
        one = self.packets() - before
        self.assertEqual(self.run_pumpctl("-c", "program show", "-c", "program show").code, 0)
        self.assertLess(self.packets() - before - one, 2 * one)

    def test_a_mistake_in_the_last_line_keeps_the_first_from_running(self):
        before = self.packets()
        path = self.write("# a session\nstatus\n\nprogram check morphine 1.2\n")
        result = self.bench.json("-f", path)
        self.assertEqual(result.code, 2)
        self.assertEqual(result.envelope()["error"]["column"], 27)
        self.assertEqual(len(result.lines()), 1)
        self.assertIn("of line 4", result.err)
        self.assertEqual(self.packets(), before)

    def test_a_script_stops_at_the_first_error(self):
        path = self.write("version\nprogram check morphine 900 mg/day\nprogram show\n")
        result = self.bench.json("-f", path)
        self.assertEqual(result.code, 4)
        self.assertEqual([line["schema"] for line in result.lines()], ["pumpctl.version", "pumpctl.program-check"])
        self.assertIn("of line 2", result.err)

    def test_check_only_checks(self):
        before = self.packets()
        path = self.write("status\nprogram apply morphine 1.2 mg/day --confirm 'PX20-000123 morphine 1.2 mg/day'\n")
        result = self.run_pumpctl("--check", "-f", path)
        self.assertEqual((result.code, result.out), (0, ""))
        self.assertEqual(self.run_pumpctl("--check", "-c", "program apply morphine 1.2").code, 2)
        self.assertEqual(self.packets(), before)

    def test_confirmations_of_the_line_and_of_the_command_line(self):
        path = self.write("program apply morphine 1.2 mg/day --confirm 'PX20-000123 morphine 1.2 mg/day'\n"
                          "program apply morphine 1.1 mg/day\nprogram apply morphine 1 mg/day\n")
        result = self.run_pumpctl("--confirm", "PX20-000123 morphine 1.1 mg/day", "--confirm",
                                  "PX20-000123 morphine 1 mg/day", "-f", path)
        self.assertEqual(result.code, 0, result.both)
        self.assertEqual(self.dose(), "1 mg per day")
        result = self.run_pumpctl("--confirm", "PX20-000123 morphine 1.1 mg/day", "-c",
                                  "program apply morphine 1.1 mg/day", "-c", "program apply morphine 1 mg/day")
        self.assertEqual(result.code, 5, "a confirmation holds for one order")
        self.assertEqual(self.dose(), "1.1 mg per day")
        self.bench.must("program", "apply", "morphine", "1", "mg/day", "--confirm",
                        "PX20-000123 morphine 1 mg/day")

    def test_a_pipe_is_no_terminal(self):
        result = self.run_pumpctl(stdin="version\nprogram apply morphine 1.2 mg/day\nPX20-000123 morphine 1.2 mg/day\n")
        self.assertEqual(result.code, 5)
        self.assertNotIn("> ", result.out.replace("->", ""))
        self.assertNotIn("\033", result.both)
        self.assertIn("line 2", result.err)
        self.assertEqual(self.dose(), "1 mg per day")

    def test_standard_input_as_a_file_is_checked_whole(self):
        result = self.bench.run("--json", "-f", "-", stdin="version\nfrobnicate\n")
        self.assertEqual(result.code, 2)
        self.assertEqual(len(result.lines()), 1)

    def test_lines_that_are_no_text_are_refused(self):
        for text, line in (("version\nstatus\x00now\n", 2), ("\x1b[2J\n", 1), ("dose µg\n", 1), ("a 'b\n", 1),
                           ("x" * 5000 + "\n", 1)):
            result = self.run_pumpctl("-f", self.write(text))
            self.assertEqual(result.code, 2)
            self.assertIn(f"line {line}", result.err)

    def test_a_command_and_a_script_exclude_each_other(self):
        self.assertEqual(self.run_pumpctl("-c", "version", "version").code, 2)
        self.assertEqual(self.run_pumpctl("-f", "nowhere-to-be-found").code, 2)

    def test_the_connection_belongs_to_the_shell(self):
        self.assertEqual(self.run_pumpctl("connect").code, 2)


if __name__ == "__main__":
    harness.main()
